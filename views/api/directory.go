package api

import (
	"capportal/events"
	"capportal/registrations/directory"
)

// errNotHere is what somebody meets whom a list is not for.
var errNotHere = events.E(events.NotFound, "not_found", "")

// memberAnswer is a Member.
type memberAnswer struct {
	Code   string      `json:"code"`
	Status string      `json:"status"`
	Name   events.Text `json:"name"`
	Region string      `json:"region"`
	Since  *string     `json:"since" doc:"YYYY-MM-DD"`
	Until  *string     `json:"until" doc:"YYYY-MM-DD"`
}

func (a *API) listMembers(k *call, _ none) (list[memberAnswer], error) {
	on, err := k.instant("on", false)
	if err != nil {
		return list[memberAnswer]{}, err
	}
	if on.IsZero() {
		on = a.Now()
	}
	region, err := word(k, "region", events.Regions())
	if err != nil {
		return list[memberAnswer]{}, err
	}
	all, err := a.Directory.Organisations(k.ctx, directory.Query{Group: events.Member, Region: region})
	if err != nil {
		return list[memberAnswer]{}, err
	}
	lasting := make([]directory.Organisation, 0, len(all))
	for _, o := range all {
		if o.Status != "" && o.Lasts(on) {
			lasting = append(lasting, o)
		}
	}
	return pageOf(k, lasting, codeOf, func(o directory.Organisation) (memberAnswer, error) {
		return memberAnswer{Code: o.Code, Status: o.Status, Name: o.Name, Region: o.Region, Since: day(o.Since), Until: day(o.Until)}, nil
	})
}

func codeOf(o directory.Organisation) string { return o.Code }

func day(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// organisationFields are what an officer writes of an organisation.
type organisationFields struct {
	Code    string       `json:"code"`
	Group   events.Group `json:"group"`
	Status  string       `json:"status,omitempty" doc:"of a Member: member unless sent"`
	Name    events.Text  `json:"name"`
	Country string       `json:"country,omitempty"`
	Region  string       `json:"region,omitempty"`
	Domains []string     `json:"domains,omitempty"`
}

// organisationAnswer is an organisation.
type organisationAnswer struct {
	Code    string       `json:"code"`
	Group   events.Group `json:"group"`
	Status  string       `json:"status" doc:"towards the WCO; empty: none"`
	Name    events.Text  `json:"name"`
	Country string       `json:"country"`
	Region  string       `json:"region"`
	Domains []string     `json:"domains"`
	Version int          `json:"version"`
}

func organisationOf(o directory.Organisation) organisationAnswer {
	return organisationAnswer{Code: o.Code, Group: o.Group, Status: o.Status, Name: o.Name, Country: o.Country, Region: o.Region, Domains: full(o.Domains), Version: o.Version}
}

func (a *API) listOrganisations(k *call, _ none) (list[organisationAnswer], error) {
	if !k.v.Secretariat() {
		return list[organisationAnswer]{}, errNotHere
	}
	group, err := word(k, "group", events.Groups())
	if err != nil {
		return list[organisationAnswer]{}, err
	}
	region, err := word(k, "region", events.Regions())
	if err != nil {
		return list[organisationAnswer]{}, err
	}
	all, err := a.Directory.Organisations(k.ctx, directory.Query{Group: group, Region: region, Q: k.q("q")})
	if err != nil {
		return list[organisationAnswer]{}, err
	}
	return pageOf(k, all, codeOf, func(o directory.Organisation) (organisationAnswer, error) { return organisationOf(o), nil })
}

func (a *API) createOrganisation(k *call, in organisationFields) (organisationAnswer, error) {
	if !k.v.Decides() {
		return organisationAnswer{}, errNotHere
	}
	if in.Status == "" && in.Group == events.Member {
		in.Status = directory.StatusMember
	}
	made, err := a.Directory.AddOrganisation(k.ctx, k.v.Person, directory.Organisation{Code: in.Code, Group: in.Group, Status: in.Status,
		Name: in.Name, Country: in.Country, Region: in.Region, Domains: in.Domains})
	return organisationOf(made), err
}

// personAnswer is somebody the portal knows.
type personAnswer struct {
	ID           string      `json:"id"`
	GivenName    string      `json:"given_name"`
	FamilyName   string      `json:"family_name"`
	Email        string      `json:"email"`
	Language     string      `json:"language"`
	Role         events.Role `json:"role"`
	Organisation string      `json:"organisation"`
	Expert       string      `json:"expert"`
	Version      int         `json:"version"`
}

func (a *API) listPeople(k *call, _ none) (list[personAnswer], error) {
	l := list[personAnswer]{Items: []personAnswer{}}
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
	role, err := word(k, "role", events.Roles())
	if err != nil {
		return l, err
	}
	people, next, err := a.Directory.People(k.ctx, directory.PeopleQuery{Q: k.q("q"), Role: role, Organisation: k.q("organisation"), Cursor: cursor, Limit: limit})
	for _, p := range people {
		l.Items = append(l.Items, personAnswer{ID: p.ID, GivenName: p.GivenName, FamilyName: p.FamilyName, Email: p.Email, Language: p.Language,
			Role: p.Role, Organisation: p.Organisation, Expert: p.Expert, Version: p.Version})
	}
	l.NextCursor = cursorOf(next)
	return l, err
}
