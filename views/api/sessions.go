package api

import (
	"slices"
	"time"

	"capportal/events"
)

// sessionFields are what an officer writes of a session.
type sessionFields struct {
	ID     string         `json:"id,omitempty" doc:"given by the portal unless sent"`
	Title  events.Text    `json:"title"`
	Text   events.Text    `json:"description,omitempty"`
	Start  time.Time      `json:"start"`
	End    time.Time      `json:"end"`
	OpenTo []events.Group `json:"open_to,omitempty" doc:"the groups that see it; none means Members only, unsent what is usual for the kind"`
}

type sessionPatch struct {
	sessionFields
	Version int `json:"version" doc:"of the activity"`
}

// sessionAnswer is a session as the visitor may see it. Of a closed one only the times are there.
type sessionAnswer struct {
	ID      string         `json:"id"`
	Title   events.Text    `json:"title"`
	Text    events.Text    `json:"description"`
	Start   time.Time      `json:"start"`
	End     time.Time      `json:"end"`
	OpenTo  []events.Group `json:"open_to"`
	Closed  bool           `json:"closed,omitempty" doc:"it takes place; nothing more may be seen"`
	Version int            `json:"version,omitempty" doc:"of the activity, after a change"`
}

func (f sessionFields) session() events.Session {
	return events.Session{ID: f.ID, Title: f.Title, Text: f.Text, Start: f.Start, End: f.End, OpenTo: f.OpenTo}
}

func sessionOf(s events.Session, version int) sessionAnswer {
	return sessionAnswer{ID: s.ID, Title: text(s.Title), Text: text(s.Text), Start: s.Start, End: s.End, OpenTo: full(s.OpenTo), Closed: s.Hidden(), Version: version}
}

// identified gives an id to each session that has none.
func identified(sent []sessionFields) []sessionFields {
	var known events.Activity
	for _, f := range sent {
		if f.ID != "" {
			known.Sessions = append(known.Sessions, f.session())
		}
	}
	list := slices.Clone(sent)
	for i := range list {
		if list[i].ID == "" {
			list[i].ID = events.SessionID(&known)
			known.Sessions = append(known.Sessions, list[i].session())
		}
	}
	return list
}

// opened says to whom the sessions of a PATCH are open where it does not: a known one to whom it was,
// a new one to whom is usual for the kind.
func opened(list []sessionFields, a *events.Activity) []sessionFields {
	for i, f := range list {
		if f.OpenTo != nil {
			continue
		}
		if s, known := a.Session(f.ID); known {
			list[i].OpenTo = s.OpenTo
		} else {
			list[i].OpenTo = events.TemplateOf(a.Kind).OpenTo
		}
	}
	return list
}

func (a *API) createSession(k *call, in sessionFields) (sessionAnswer, error) {
	s := in.session()
	var among *events.Activity
	changed, err := a.Programme.Change(k.ctx, k.v, k.param("code"), 0, "", func(x *events.Activity) error {
		among, s.ID = x, in.ID
		if s.ID == "" {
			s.ID = events.SessionID(x)
		}
		return events.AddSession(x, s)
	})
	if err != nil {
		return sessionAnswer{}, located(err, ofSession(among, s.ID))
	}
	return madeSession(changed, s.ID), nil
}

func (a *API) patchSession(k *call, in sessionPatch) (sessionAnswer, error) {
	id := k.param("id")
	if in.Version == 0 {
		return sessionAnswer{}, errNoVersion
	}
	if in.ID != "" && in.ID != id {
		return sessionAnswer{}, events.E(events.Invalid, "session_id", "id")
	}
	var among *events.Activity
	changed, err := a.Programme.Change(k.ctx, k.v, k.param("code"), in.Version, "", func(x *events.Activity) error {
		among = x
		i := slices.IndexFunc(x.Sessions, func(s events.Session) bool { return s.ID == id })
		if i < 0 {
			return events.E(events.NotFound, "no_such_session", "")
		}
		s := x.Sessions[i]
		f := sessionFields{ID: s.ID, Title: s.Title, Text: s.Text, Start: s.Start, End: s.End, OpenTo: s.OpenTo}
		if err := overlay(k.body, &f); err != nil {
			return err
		}
		f.ID = id
		x.Sessions[i] = f.session()
		return nil
	})
	if err != nil {
		return sessionAnswer{}, located(err, ofSession(among, id))
	}
	return madeSession(changed, id), nil
}

func madeSession(a events.Activity, id string) sessionAnswer {
	s, _ := a.Session(id)
	return sessionOf(s, a.Version)
}
