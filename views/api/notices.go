package api

import (
	"fmt"
	"time"

	"capportal/notify/outbox"
	"capportal/registrations/audit"
)

// noticeAnswer is what was told to whom.
type noticeAnswer struct {
	ID           string       `json:"id"`
	Activity     string       `json:"activity"`
	Registration string       `json:"registration"`
	Kind         string       `json:"kind"`
	To           string       `json:"to"`
	Language     string       `json:"language"`
	State        outbox.State `json:"state"`
	Attempts     int          `json:"attempts"`
	LastError    string       `json:"last_error"`
	Queued       time.Time    `json:"queued"`
	Sent         *time.Time   `json:"sent"`
	MessageID    string       `json:"message_id"`
}

func (a *API) listNotices(k *call, _ none) (list[noticeAnswer], error) {
	l := list[noticeAnswer]{Items: []noticeAnswer{}}
	if !k.v.Secretariat() {
		return l, errNotHere
	}
	limit, err := k.limit()
	if err != nil {
		return l, err
	}
	cursor, err := k.cursor()
	if err != nil {
		return l, err
	}
	state, err := word(k, "state", outbox.States())
	if err != nil {
		return l, err
	}
	notices, next, err := a.Outbox.List(k.ctx, outbox.Query{Activity: k.q("activity"), State: state, Cursor: cursor, Limit: limit})
	for _, n := range notices {
		w := noticeAnswer{ID: n.ID, Activity: n.Activity, Registration: n.Registration, Kind: n.Kind, To: n.To, Language: n.Language,
			State: n.State, Attempts: n.Attempts, LastError: n.LastError, Queued: n.Queued, MessageID: n.MessageID}
		if !n.Sent.IsZero() {
			w.Sent = &n.Sent
		}
		l.Items = append(l.Items, w)
	}
	l.NextCursor = cursorOf(next)
	return l, err
}

// actAnswer is one act of the audit.
type actAnswer struct {
	At     time.Time         `json:"at"`
	By     string            `json:"by"`
	What   string            `json:"what"`
	Detail map[string]string `json:"detail"`
}

func (a *API) listAudit(k *call, _ none) (list[actAnswer], error) {
	if !k.v.Secretariat() {
		return list[actAnswer]{}, errNotHere
	}
	from, err := k.instant("from", false)
	if err != nil {
		return list[actAnswer]{}, err
	}
	to, err := k.instant("to", true)
	if err != nil {
		return list[actAnswer]{}, err
	}
	if to.IsZero() {
		to = a.Now().Add(time.Minute) // what happens now too
	}
	if from.IsZero() {
		from = to.AddDate(0, -1, 0)
	}
	acts, err := a.Audit.List(k.ctx, from, to)
	if err != nil {
		return list[actAnswer]{}, err
	}
	// Acts of one millisecond are told apart by their number within it.
	type ranked struct {
		audit.Act
		rank string
	}
	numbered, n := make([]ranked, len(acts)), 0
	for i, x := range acts {
		if n++; i == 0 || !x.At.Equal(acts[i-1].At) {
			n = 0
		}
		numbered[i] = ranked{x, x.At.UTC().Format("2006-01-02T15:04:05.000") + fmt.Sprintf(" %06d", n)}
	}
	return pageOf(k, numbered, func(r ranked) string { return r.rank }, func(r ranked) (actAnswer, error) { return actOf(r.Act), nil })
}

func actOf(x audit.Act) actAnswer {
	detail := x.Detail
	if detail == nil {
		detail = map[string]string{}
	}
	return actAnswer{At: x.At, By: x.By, What: string(x.What), Detail: detail}
}
