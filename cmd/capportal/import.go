package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
)

// maxImport is the largest file that is taken, in bytes.
const maxImport = 32 << 20

type importCommand struct {
	What   string `arg:"" enum:"members,programme,people" help:"members, programme or people."`
	File   string `arg:"" help:"The file; - is standard input."`
	DryRun bool   `help:"Say what would be done, and do nothing."`
	flags
}

// importAct takes in the content of a file: all rows or none.
type importAct struct {
	What    string
	Content []byte
	DryRun  bool
}

// Run is called by kong. The file is read here, where the command was typed.
func (c *importCommand) Run(p process) error {
	content, err := p.readFile(c.File)
	if err != nil {
		return err
	}
	return p.perform(c.flags, "import", &importAct{What: c.What, Content: content, DryRun: c.DryRun})
}

func (p process) readFile(path string) ([]byte, error) {
	from := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, failure{fmt.Sprintf("cannot read %s (%v): look at its name and its rights", path, cause(err)), exitFailed}
		}
		defer f.Close()
		from = f
	}
	content, err := io.ReadAll(io.LimitReader(from, maxImport+1))
	if err != nil {
		return nil, failure{fmt.Sprintf("cannot read %s: %v", path, cause(err)), exitFailed}
	}
	if len(content) > maxImport {
		return nil, failure{fmt.Sprintf("%s is larger than %d MiB: divide it", path, maxImport>>20), exitFailed}
	}
	return content, nil
}

func (a *importAct) do(ctx context.Context, p *portal.Portal, out io.Writer) error {
	line, added, changed := "", 0, 0
	take := func(ctx context.Context) error {
		if a.What == "programme" {
			by := events.Visitor{Person: directory.ByPortal, Role: events.Administrator}
			r, err := p.Programme.Import(ctx, by, bytes.NewReader(a.Content), p.ImportLimit(), a.DryRun)
			added, changed = r.Added, r.Changed
			line = fmt.Sprintf("%d added, %d changed, %d unchanged", r.Added, r.Changed, r.Unchanged)
			return err
		}
		take := p.Directory.ImportPeople
		if a.What == "members" {
			take = p.Directory.ImportMembers
		}
		r, err := take(ctx, directory.ByImport, bytes.NewReader(a.Content), a.DryRun)
		added, changed = r.Added, r.Changed
		line = fmt.Sprintf("%d added, %d changed, %d unchanged", r.Added, r.Changed, r.Unchanged)
		if a.What == "members" {
			line += fmt.Sprintf("; %d Members, %d other", r.Members, r.Others)
		}
		return err
	}
	if err := a.recorded(ctx, p, take, &added, &changed); err != nil {
		return err
	}
	if a.DryRun {
		line = "dry run, nothing was written: " + line
	}
	_, err := fmt.Fprintln(out, line)
	return err
}

// recorded takes the file in and records the act, both or neither. A dry run undoes a transaction of
// its own and is no act.
func (a *importAct) recorded(ctx context.Context, p *portal.Portal, take func(context.Context) error, added, changed *int) error {
	if a.DryRun {
		return take(ctx)
	}
	return p.DB.Transact(ctx, func(ctx context.Context) error {
		if err := take(ctx); err != nil || *added+*changed == 0 {
			return err
		}
		return p.Audit.Record(ctx, audit.Act{By: directory.ByPortal, What: audit.Import, Detail: map[string]string{
			"of": a.What, "added": strconv.Itoa(*added), "changed": strconv.Itoa(*changed)}})
	})
}
