package registrations

import (
	"context"

	"capportal/events"
)

// SendUnsent sends the invitations of an activity that found nobody to go to when the others went out,
// to the contact points added since, and gives how many went. Before an activity sends its invitations
// it is a Conflict, key `invitations_not_yet`.
func (d *Desk) SendUnsent(ctx context.Context, v events.Visitor, code string) (sent int, err error) {
	if !v.Decides() {
		return 0, events.E(events.Denied, "not_allowed", "")
	}
	err = d.act(ctx, code, func(ctx context.Context) error {
		sent = 0
		a, err := d.programme.Load(ctx, code)
		if err != nil {
			return err
		}
		if !sends(a.State) {
			return events.E(events.Conflict, "invitations_not_yet", "")
		}
		list, err := d.invitations.OfActivity(ctx, code)
		if err != nil {
			return err
		}
		for _, i := range list {
			if i.Sent != nil {
				continue
			}
			reached, err := d.send(ctx, &a, i)
			if err != nil {
				return err
			}
			if reached {
				sent++
			}
		}
		return nil
	})
	return sent, err
}
