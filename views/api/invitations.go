package api

import (
	"time"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/invitations"
)

// invitationAnswer is an organisation's invitation and how many it has nominated.
type invitationAnswer struct {
	Organisation string                `json:"organisation"`
	Seats        []invitations.Seats   `json:"seats"`
	Funded       int                   `json:"funded"`
	Capacities   []string              `json:"capacities"`
	Sessions     []string              `json:"sessions"`
	Answer       invitations.Answer    `json:"answer"`
	Reason       string                `json:"reason"`
	Sent         *time.Time            `json:"sent"`
	Nominated    int                   `json:"nominated"`
	Reported     *invitations.Reported `json:"reported"`
	Version      int                   `json:"version"`
}

func (a *API) invitationOf(k *call, i invitations.Invitation) (invitationAnswer, error) {
	nominated, err := a.Desk.Nominated(k.ctx, i.Activity, i.Organisation)
	return invitationAnswer{Organisation: i.Organisation, Seats: full(i.Seats), Funded: i.Funded, Capacities: []string{}, Sessions: []string{},
		Answer: i.Answer, Reason: i.Reason, Sent: i.Sent, Nominated: nominated, Reported: i.Reported, Version: i.Version}, err
}

func (a *API) listInvitations(k *call, _ none) (list[invitationAnswer], error) {
	all, err := a.Desk.Invitations(k.ctx, k.v, k.param("code"))
	if err != nil {
		return list[invitationAnswer]{}, err
	}
	return pageOf(k, all, func(i invitations.Invitation) string { return i.Organisation }, func(i invitations.Invitation) (invitationAnswer, error) { return a.invitationOf(k, i) })
}

// invitationFields invite one organisation, a region's Members, all Members or a group.
type invitationFields struct {
	Organisation string              `json:"organisation,omitempty"`
	Region       string              `json:"region,omitempty" doc:"every Member of a region"`
	AllMembers   bool                `json:"all_members,omitempty"`
	Group        events.Group        `json:"group,omitempty" doc:"every organisation of a group"`
	Seats        []invitations.Seats `json:"seats,omitempty"`
	Funded       int                 `json:"funded,omitempty"`
}

// invited is what an invitation did: the organisation's own when one was named, else only counts.
type invited struct {
	*invitationAnswer
	Added       int `json:"added"`
	Known       int `json:"known" doc:"were invited already"`
	Unreachable int `json:"unreachable" doc:"of those added, without a contact point"`
}

func (a *API) invite(k *call, in invitationFields) (invited, error) {
	who := registrations.Invited{Region: in.Region, AllMembers: in.AllMembers, Group: in.Group, Seats: in.Seats, Funded: in.Funded}
	if in.Organisation != "" {
		who.Organisations = []string{in.Organisation}
	}
	result, err := a.Desk.Invite(k.ctx, k.v, k.param("code"), who)
	if err != nil {
		return invited{}, err
	}
	done := invited{Added: result.Added, Known: result.Known, Unreachable: result.Unreachable}
	if in.Organisation == "" {
		return done, nil
	}
	i, err := a.Desk.Invitation(k.ctx, k.v, k.param("code"), in.Organisation)
	if err != nil {
		return invited{}, err
	}
	answer, err := a.invitationOf(k, i)
	done.invitationAnswer = &answer
	return done, err
}

// invitationPatch changes an invitation's seats and funded places.
type invitationPatch struct {
	Seats   *[]invitations.Seats `json:"seats,omitempty"`
	Funded  *int                 `json:"funded,omitempty"`
	Version int                  `json:"version"`
}

func (a *API) patchInvitation(k *call, in invitationPatch) (invitationAnswer, error) {
	if in.Version == 0 {
		return invitationAnswer{}, errNoVersion
	}
	changed, err := a.Desk.ChangeInvitation(k.ctx, k.v, k.param("code"), k.param("organisation"), in.Version, func(i *invitations.Invitation) error {
		if in.Seats != nil {
			i.Seats = *in.Seats
		}
		if in.Funded != nil {
			i.Funded = *in.Funded
		}
		return nil
	})
	if err != nil {
		return invitationAnswer{}, err
	}
	return a.invitationOf(k, changed)
}

type answerFields struct {
	Answer invitations.Answer `json:"answer"`
	Reason string             `json:"reason,omitempty"`
}

func (a *API) answer(k *call, in answerFields) (invitationAnswer, error) {
	changed, err := a.Desk.Answer(k.ctx, k.v, k.param("code"), k.param("organisation"), in.Answer, in.Reason)
	if err != nil {
		return invitationAnswer{}, err
	}
	return a.invitationOf(k, changed)
}

type reportedFields struct {
	Reported bool   `json:"reported"`
	On       string `json:"on,omitempty" doc:"YYYY-MM-DD"`
}

func (a *API) reported(k *call, in reportedFields) (invitationAnswer, error) {
	changed, err := a.Desk.Reported(k.ctx, k.v, k.param("code"), k.param("organisation"), invitations.Reported{Reported: in.Reported, On: in.On})
	if err != nil {
		return invitationAnswer{}, err
	}
	return a.invitationOf(k, changed)
}
