package main

import (
	"context"
	"fmt"
	"io"

	"capportal/cmd/capportal/portal"
	"capportal/registrations/directory"
)

type tokenCommand struct {
	Add tokenAddCommand `cmd:"" help:"Print an API token, once: it acts as its person."`
}

type tokenAddCommand struct {
	tokenAdd
	flags
}

// tokenAdd prints an API token, and nothing else.
type tokenAdd struct {
	Email string `arg:"" help:"Address of the person the token acts as."`
	Scope string `enum:"read,write" required:"" help:"read: sees what the person sees; write: acts as the person." placeholder:"read|write"`
	Days  int    `help:"How many days it lasts; 365 unless given." placeholder:"N"`
}

// Run is called by kong.
func (c *tokenAddCommand) Run(p process) error { return p.perform(c.flags, "token add", &c.tokenAdd) }

func (a *tokenAdd) do(ctx context.Context, p *portal.Portal, out io.Writer) error {
	people, err := p.Directory.PeopleAt(ctx, a.Email)
	switch {
	case err != nil:
		return err
	case len(people) == 0:
		return unknownAddress(a.Email)
	case len(people) > 1:
		return failure{fmt.Sprintf("%d people share the address %s, and a token acts as one person: give that one an address of its own", len(people), people[0].Email), exitFailed}
	}
	secret, err := p.SignIn.AddToken(ctx, directory.ByPortal, people[0].ID, a.Scope, a.Days)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, secret)
	return err
}
