package events

import "context"

// kin takes out of an activity, as shown to a visitor, the codes of others that the visitor may not
// know of: the operation a public training belongs to, or what a meeting was merged into. Known keeps
// what has been looked up for one list.
func (p *Programme) kin(ctx context.Context, v Visitor, a *Activity, known map[string]bool) error {
	if v.Secretariat() {
		return nil
	}
	for _, code := range []*string{&a.Parent, &a.MergedInto} {
		if *code == "" {
			continue
		}
		seen, asked := known[*code]
		if !asked {
			other, err := p.store.byCode(ctx, *code)
			if err != nil && !IsGone(err) {
				return err
			}
			seen = err == nil && See(v, &other, p.now()) != Nothing
			known[*code] = seen
		}
		if !seen {
			*code = ""
		}
	}
	return nil
}
