package main

import (
	"context"
	"fmt"
	"io"

	"capportal/cmd/capportal/portal"
)

type signinCommand struct {
	signinAct
	flags
}

// signinAct prints a one-time sign-in link for whoever is at an address, and nothing else.
type signinAct struct {
	Email string `arg:"" help:"The person's address."`
}

// Run is called by kong.
func (c *signinCommand) Run(p process) error { return p.perform(c.flags, "signin", &c.signinAct) }

func (a *signinAct) do(ctx context.Context, p *portal.Portal, out io.Writer) error {
	people, err := p.Directory.PeopleAt(ctx, a.Email)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return unknownAddress(a.Email)
	}
	token, err := p.SignIn.Issue(ctx, people[0].Email, false)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, p.Link("sign-in", token))
	return err
}

// unknownAddress says that the directory has nobody at an address.
func unknownAddress(email string) error {
	return failure{fmt.Sprintf("nobody in the directory has the address %s: add the person first with 'capportal person add'", email), exitFailed}
}
