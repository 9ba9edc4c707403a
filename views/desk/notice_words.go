package desk

import (
	"time"

	"capportal/notify/outbox"
	"capportal/views/i18n"
	"capportal/views/page"
)

// noticeWords is a notice as the Secretariat reads it.
type noticeWords struct {
	ID       string
	Kind     string
	To       string
	State    page.StateWords
	Queued   time.Time
	Sent     time.Time
	Due      time.Time // of the next attempt, when one failed
	Attempts int
	Error    string // what the last attempt met, in the mail server's own words
	Retry    bool   // it can be sent again
}

func newNoticeWords(w *i18n.Words, n *outbox.Notice) *noticeWords {
	words := &noticeWords{ID: n.ID, Kind: kindWords(w, n.Kind), To: n.To, State: page.StateOf(w, "notice", string(n.State)), Queued: n.Queued,
		Sent: n.Sent, Attempts: n.Attempts, Error: n.LastError, Retry: n.State == outbox.Failed || n.State == outbox.Deferred}
	if n.State == outbox.Deferred {
		words.Due = n.Due
	}
	if n.Fanout {
		words.To = ""
	}
	return words
}

// kindWords names a kind of notice; one that the catalogue does not name is shown as it is stored.
func kindWords(w *i18n.Words, kind string) string {
	if !w.Has("notice_kind." + kind) {
		return kind
	}
	return w.T("notice_kind." + kind)
}
