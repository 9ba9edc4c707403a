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

func (a *API) createSession(k *call, in sessionFields) (sessionAnswer, error) {
	s := in.session()
	changed, err := a.Programme.Change(k.ctx, k.v, k.param("code"), 0, "", func(x *events.Activity) error {
		if s.ID == "" {
			s.ID = events.SessionID(x)
		}
		return events.AddSession(x, s)
	})
	return madeSession(changed, s.ID, err)
}

func (a *API) patchSession(k *call, in sessionPatch) (sessionAnswer, error) {
	id := k.param("id")
	if in.Version == 0 {
		return sessionAnswer{}, events.E(events.Invalid, "version_required", "version")
	}
	changed, err := a.Programme.Change(k.ctx, k.v, k.param("code"), in.Version, "", func(x *events.Activity) error {
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
	return madeSession(changed, id, err)
}

func madeSession(a events.Activity, id string, err error) (sessionAnswer, error) {
	if err != nil {
		return sessionAnswer{}, err
	}
	s, _ := a.Session(id)
	return sessionOf(s, a.Version), nil
}
