package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/registrations/directory"
)

type personCommand struct {
	Add personAddCommand `cmd:"" help:"Create a person, or change the one with this address and name."`
}

type personAddCommand struct {
	personAdd
	flags
}

// personAdd creates or changes a person. A person is an address and a name together, so another name
// at a known address is another person; without a name, the one person at the address is changed.
type personAdd struct {
	Email        string `arg:"" help:"The person's address."`
	Name         string `help:"The person's name, as it is spoken." placeholder:"NAME"`
	Role         string `help:"administrator, officer, management, contact_point or participant." placeholder:"ROLE"`
	Organisation string `help:"Code of the person's organisation; a Member's is its ISO code." placeholder:"CODE"`
	Expert       string `help:"State of an expert's career: candidate, pre_accredited, accredited or recognized." placeholder:"STATE"`
	Language     string `help:"Language the person is written to." placeholder:"TAG"`
}

// Run is called by kong.
func (c *personAddCommand) Run(p process) error {
	return p.perform(c.flags, "person add", &c.personAdd)
}

func (a *personAdd) do(ctx context.Context, p *portal.Portal, out io.Writer) error {
	var kept directory.Person
	what := "added"
	err := p.DB.Transact(ctx, func(ctx context.Context) error {
		known, err := a.known(ctx, p.Directory)
		if err != nil {
			return err
		}
		if known == nil {
			kept, err = p.Directory.AddPerson(ctx, directory.ByPortal, a.apply(directory.Person{Email: a.Email}))
			return err
		}
		what = "changed"
		kept, err = p.Directory.ChangePerson(ctx, directory.ByPortal, known.ID, known.Version, func(k *directory.Person) error {
			*k = a.apply(*k)
			return nil
		})
		if err == nil && kept.Version == known.Version {
			what = "unchanged"
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %s, %s\n", what, kept.Email, kept.Role)
	return err
}

// known finds whom the command means; nil is nobody yet.
func (a *personAdd) known(ctx context.Context, d *directory.Directory) (*directory.Person, error) {
	people, err := d.PeopleAt(ctx, a.Email)
	if err != nil {
		return nil, err
	}
	key := directory.NormalName(parted(a.Name))
	for i := range people {
		if key != "" && people[i].NameKey == key || key == "" && len(people) == 1 {
			return &people[i], nil
		}
	}
	if key == "" && len(people) > 1 {
		return nil, failure{fmt.Sprintf("%d people share the address %s: say with --name which one is meant", len(people), people[0].Email), exitFailed}
	}
	if key == "" {
		return nil, failure{"nobody has this address yet: say with --name who it is", exitFailed}
	}
	return nil, nil
}

// apply puts what was said into a person; what was not said stays.
func (a *personAdd) apply(k directory.Person) directory.Person {
	if a.Name != "" {
		k.GivenName, k.FamilyName = parted(a.Name)
	}
	if a.Role != "" {
		k.Role = events.Role(strings.ReplaceAll(a.Role, "-", "_"))
	}
	if a.Organisation != "" {
		k.Organisation = a.Organisation
	}
	if a.Expert != "" {
		k.Expert = strings.ReplaceAll(a.Expert, "-", "_")
	}
	if a.Language != "" {
		k.Language = a.Language
	}
	return k
}

// parted cuts a name as it is spoken before its last word, or before a remark in parentheses. Where
// it is cut matters only to how lists are sorted.
func parted(name string) (given, family string) {
	name = strings.Join(strings.Fields(name), " ")
	if i := strings.LastIndex(name, " ("); i > 0 && strings.HasSuffix(name, ")") {
		return name[:i], name[i+1:]
	}
	if i := strings.LastIndex(name, " "); i > 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}
