package events

import (
	"slices"
	"strconv"
)

// Hidden tells whether a session, as shown to a visitor, is one that is closed to it: it has times,
// and nothing else.
func (s Session) Hidden() bool { return s.ID == "" }

// SessionID gives the id of the next session of an activity: session-1, session-2 and so on, which say nothing
// of what is discussed.
func SessionID(a *Activity) string {
	for n := len(a.Sessions) + 1; ; n++ {
		id := "session-" + strconv.Itoa(n)
		if _, taken := a.Session(id); !taken {
			return id
		}
	}
}

// AddSession adds a session. To whom it is open, unless said, is what is usual for the kind; nobody
// said there means Members only.
func AddSession(a *Activity, s Session) error {
	if _, taken := a.Session(s.ID); taken {
		return E(Conflict, "session_id", "id")
	}
	if s.OpenTo == nil {
		s.OpenTo = slices.Clone(TemplateOf(a.Kind).OpenTo)
	}
	a.Sessions = append(a.Sessions, s)
	return nil
}

// ChangeSession puts a session in the place of the one of the same id.
func ChangeSession(a *Activity, s Session) error {
	i := slices.IndexFunc(a.Sessions, func(x Session) bool { return x.ID == s.ID })
	if i < 0 {
		return E(NotFound, "no_such_session", "")
	}
	a.Sessions[i] = s
	return nil
}

// RemoveSession takes a session out of the programme.
func RemoveSession(a *Activity, id string) error {
	i := slices.IndexFunc(a.Sessions, func(s Session) bool { return s.ID == id })
	if i < 0 {
		return E(NotFound, "no_such_session", "")
	}
	a.Sessions = slices.Delete(a.Sessions, i, i+1)
	return nil
}
