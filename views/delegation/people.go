package delegation

import (
	"net/url"
	"slices"
	"strings"

	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/page"
)

// factsOf says how many places there are and how many of them are taken: the numbers add up.
func factsOf(w *i18n.Words, one *registrations.Share) []string {
	var facts []string
	for _, pool := range one.Activity.Mode.Pools() {
		left, limited := one.Left[pool]
		nominated := 0
		for _, r := range one.People {
			if r.Living() && r.Capacity != registrations.Alternate && r.Pool == pool {
				nominated++
			}
		}
		name := w.T("pool." + string(pool))
		switch {
		case limited && (left+nominated > 0 || nominated > 0):
			facts = append(facts, w.T("delegation.places", "pool", name, "places", w.N("delegation.place", left+nominated), "nominated", w.N("delegation.nominated", nominated), "left", w.N("delegation.left", max(left, 0))))
		case !limited && (one.Invitation.Sent != nil || nominated > 0):
			facts = append(facts, w.T("delegation.unlimited", "pool", name, "nominated", w.N("delegation.nominated", nominated)))
		}
	}
	alternates := 0
	for _, r := range one.People {
		if r.Living() && r.Capacity == registrations.Alternate {
			alternates++
		}
	}
	if alternates > 0 {
		facts = append(facts, w.N("delegation.alternates", alternates))
	}
	if one.Invitation.Funded > 0 {
		facts = append(facts, w.N("delegation.funded", one.Invitation.Funded))
	}
	return facts
}

// personOf puts one of the people into words, with what the contact point may do.
func personOf(s *page.State, code string, one *registrations.Share, r *registrations.Row, speaks bool) person {
	w := s.Words
	v := person{ID: r.ID, Name: r.Person.Name(), Href: s.Link("registrations", r.ID), Post: r.Answers["post"], Capacity: w.T("capacity." + string(r.Capacity)), Seat: w.T("pool." + string(r.Pool)),
		State: page.StandingShort(w, &r.Registration, r.Position), Sentence: page.Standing(w, &r.Registration, r.Position)}
	if !r.Living() {
		v.Reason = r.Reason
	}
	if r.State == registrations.Waitlisted && r.WaitReason != "" && !r.Held {
		v.Sentence = strings.TrimSpace(v.Sentence + " " + w.T("wait_reason."+r.WaitReason))
	}
	if !speaks || one.Activity.State.Over() {
		return v
	}
	may := func(event registrations.Event) bool {
		return slices.Contains(registrations.Possible(r.State, registrations.Speaker), event)
	}
	q := "?" + url.Values{"registration": {r.ID}}.Encode()
	if may(registrations.Withdraw) && !r.AwaitsEndorsement() {
		v.Withdraw = s.Link("delegation", code, "withdraw") + q
	}
	if one.Activity.State.Off() {
		return v
	}
	if r.AwaitsEndorsement() {
		v.Endorse, v.Reject = true, s.Link("delegation", code, "reject")+q
	} else if may(registrations.Withdraw) {
		v.Edit = s.Link("delegation", code, "registrations", r.ID, "edit")
	}
	return v
}
