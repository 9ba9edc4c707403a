package letters

import "time"

// makeup is what the letter of one kind consists of; rows are the same for all.
type makeup struct {
	subject string       // key of the subject, in which {about} names the activity
	button  string       // key of the words on the button; "" for none
	past    bool         // the dates are what was planned
	body    func(p *pen) // writes the paragraphs, and what stands below the button
}

// kinds is every letter, by the kind of notice. A kind without one must not start the program.
var kinds = map[string]makeup{
	"address_confirmation": {"mail.address_confirmation.subject", "mail.address_confirmation.button", false, (*pen).addressConfirmation},
	"already_registered": {"mail.already_registered.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.already_registered.what"))
		p.say(p.T("mail.already_registered.more"))
	}},
	"received": {"mail.received.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.received.what"))
		p.await()
	}},
	"nominated": {"mail.nominated.subject", "mail.button.registration", false, (*pen).nominated},
	"endorsed": {"mail.endorsed.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.endorsed.what"))
		p.await()
	}},
	"rejected": {"mail.rejected.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.rejected.what"))
		p.say(p.T("mail.rejected.more"))
	}},
	"confirmed": {"mail.confirmed.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.confirmed.what"))
		p.entry()
	}},
	"promoted": {"mail.promoted.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.promoted.what"))
		p.entry()
	}},
	"seat_changed": {"mail.seat_changed.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.seat_changed.what"))
		p.entry()
	}},
	"reconsidered": {"mail.reconsidered.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.reconsidered.what"))
		if p.f.Seated {
			p.say(p.T("mail.reconsidered.more"))
		}
		p.entry()
	}},
	"waitlisted": {"mail.waitlisted.subject", "mail.button.registration", false, (*pen).waitlisted},
	"refused": {"mail.refused.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.refused.what"))
		p.entry()
	}},
	"withdrawn": {"mail.withdrawn.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.withdrawn.what"))
		p.entry()
		p.last(p.T("mail.withdrawn.last"))
	}},
	"replaced": {"mail.replaced.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.replaced.what"))
		p.entry()
		p.last(p.T("mail.withdrawn.last"))
	}},
	"entry_withdrawn": {"mail.entry_withdrawn.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.entry_withdrawn.what"))
		p.entry()
		if p.f.Position > 0 {
			p.say(p.T("mail.waitlisted.what_position", "position", p.f.Position))
		}
	}},
	"activity_changed":   {"mail.activity_changed.subject", "mail.button.registration", false, (*pen).changed},
	"activity_postponed": {"mail.activity_postponed.subject", "mail.button.registration", true, (*pen).postponed},
	"activity_cancelled": {"mail.activity_cancelled.subject", "mail.button.registration", true, func(p *pen) {
		p.say(p.T("mail.activity_cancelled.what"))
		p.entry()
	}},
	"activity_merged": {"mail.activity_merged.subject", "mail.button.registration", true, (*pen).merged},
	"activity_resumed": {"mail.activity_resumed.subject", "mail.button.registration", false, func(p *pen) {
		p.say(p.T("mail.activity_resumed.what"))
		p.say(p.T("mail.activity_resumed.more"))
	}},
	"will_you_come": {"mail.will_you_come.subject", "mail.will_you_come.button", false, func(p *pen) {
		p.say(p.T("mail.will_you_come.what"))
		p.say(p.T("mail.will_you_come.more"))
	}},
	"invitation": {"mail.invitation.subject", "mail.invitation.button", false, func(p *pen) {
		p.say(p.T("mail.invitation.what"))
		p.say(p.T("mail.invitation.more"))
	}},
	"sign_in": {"mail.sign_in.subject", "mail.sign_in.button", false, (*pen).signIn},
}

// addressConfirmation asks a stranger to show that the address is the stranger's own.
func (p *pen) addressConfirmation() {
	p.say(p.T("mail.address_confirmation.what"))
	if p.f.Lasts > 0 {
		p.say(p.N("mail.address_confirmation.lasts", int(p.f.Lasts/time.Hour)))
	}
	p.last(p.T("mail.address_confirmation.ignore"))
}

func (p *pen) nominated() {
	if p.f.BySecretariat || p.f.Organisation == "" {
		p.say(p.T("mail.nominated.by_secretariat"))
	} else {
		p.say(p.T("mail.nominated.what"))
	}
	if p.f.Capacity == "alternate" {
		p.say(p.T("mail.nominated.alternate"))
	}
	p.await()
}

// await says what comes next, as long as nobody has decided.
func (p *pen) await() {
	switch {
	case p.f.State == "submitted" && p.f.Unendorsed:
		p.say(p.T("mail.await.endorsement"))
	case p.f.State == "submitted", p.f.State == "endorsed":
		p.say(p.T("mail.await.decision"))
	}
}

// waitlisted says the place on the list, and by which rule.
func (p *pen) waitlisted() {
	if p.f.Position > 0 {
		p.say(p.T("mail.waitlisted.what_position", "position", p.f.Position))
	} else {
		p.say(p.T("mail.waitlisted.what"))
	}
	switch p.f.Rule {
	case "pool_full":
		p.say(p.T("mail.waitlisted.pool_full"))
	case "organisation_seats_full":
		p.say(p.T("mail.waitlisted.organisation_seats_full"))
	case "held_by_secretariat":
		p.say(p.T("mail.waitlisted.held"))
		return
	}
	p.say(p.T("mail.waitlisted.more"))
}

// changed says what changed of the activity.
func (p *pen) changed() {
	switch f := p.f; {
	case f.Was != nil && f.WasPlace != "":
		p.say(p.T("mail.activity_changed.time_place"))
	case f.Was != nil:
		p.say(p.T("mail.activity_changed.time"))
	case f.WasPlace != "":
		p.say(p.T("mail.activity_changed.place"))
	case f.TitleChanged:
		p.say(p.T("mail.activity_changed.title"))
	default:
		p.say(p.T("mail.activity_changed.what"))
	}
	p.entry()
}

func (p *pen) postponed() {
	p.say(p.T("mail.activity_postponed.what"))
	if p.f.FormerHolder {
		p.say(p.T("mail.activity_postponed.holder"))
	} else {
		p.say(p.T("mail.activity_postponed.other"))
	}
	p.entry()
}

func (p *pen) merged() {
	if p.f.Into != "" {
		p.say(p.T("mail.activity_merged.into", "title", oneLine(p.f.Into)))
	} else {
		p.say(p.T("mail.activity_merged.what"))
	}
	p.say(p.T("mail.activity_merged.more"))
	p.entry()
}

func (p *pen) signIn() {
	p.say(p.T("mail.sign_in.what"))
	if p.f.Lasts > 0 {
		p.say(p.N("mail.sign_in.lasts", int(p.f.Lasts/time.Minute)))
	}
	p.last(p.T("mail.sign_in.ignore"))
}

// entry says what the calendar object that goes along does.
func (p *pen) entry() {
	switch {
	case p.f.Invites:
		p.say(p.T("mail.entry.invites"))
	case p.f.Updates:
		p.say(p.T("mail.entry.updates"))
	case p.f.Cancels:
		p.say(p.T("mail.entry.cancels"))
	}
	if p.f.AnswerAgain {
		p.say(p.T("mail.entry.answer_again"))
	}
}
