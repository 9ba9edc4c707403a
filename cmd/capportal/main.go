// Command capportal is the portal of the WCO's programme against counterfeiting and piracy: it serves
// the portal, shows a demo of it, and carries out what an operator does from the command line
// (contract.md 1).
//
// The package owns flags and settings, the commands, and the control socket by which a command runs
// in the serving process. What the portal consists of is put together in package portal; no rule of
// the domain stands here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones are there on a machine that has none

	"github.com/alecthomas/kong"
)

// Exit statuses (contract.md 1).
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commandLine is everything that can be typed.
type commandLine struct {
	Serve serveCommand `cmd:"" help:"Run the portal."`
	Demo  demoCommand  `cmd:"" help:"Run a portal with a fictitious year in it; mail is caught and readable at /demo/mail."`

	Person personCommand `cmd:"" help:"Create or change people."`
	Signin signinCommand `cmd:"" help:"Print a one-time sign-in link: for the first administrator, or when mail is down."`
	Token  tokenCommand  `cmd:"" help:"Make API tokens."`
	Import importCommand `cmd:"" help:"Take in a CSV file: all rows or none."`

	Backup  backupCommand  `cmd:"" help:"Write everything into one file, as of one moment, while the portal runs or not."`
	Restore restoreCommand `cmd:"" help:"Put a backup into an empty store of either engine, with no portal on it."`
	Check   checkCommand   `cmd:"" help:"Look at settings, database, mail server and clock: what is wrong, and what to do."`
}

// process is the outside of a command: what it was given and where it writes.
type process struct {
	ctx    context.Context
	env    environment
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(process{ctx: ctx, env: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}, os.Args[1:])
	stop()
	os.Exit(status)
}

// run carries out one command line and gives the exit status.
func run(p process, args []string) int {
	var line commandLine
	asked := false // for help
	parser, err := kong.New(&line, kong.Name("capportal"), kong.Writers(p.stdout, p.stderr), kong.Exit(func(int) { asked = true }),
		kong.Description("The portal of the WCO's programme against counterfeiting and piracy. With no setting at all, 'capportal serve' runs on this machine alone; 'capportal demo' shows a fictitious year."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: false}))
	if err != nil {
		return complain(p.stderr, fmt.Errorf("the program's own command line is malformed: %w", err), exitFailed)
	}
	selected, err := parser.Parse(args)
	if asked {
		return exitDone
	}
	if err != nil {
		return complain(p.stderr, fmt.Errorf("%w; 'capportal --help' shows what can be said", err), exitUsage)
	}
	if err := selected.Run(p); err != nil {
		return complain(p.stderr, err, statusOf(err))
	}
	return exitDone
}

// complain writes an error, each of its sentences on a line, and gives the status back.
func complain(to io.Writer, err error, status int) int {
	for _, sentence := range strings.Split(strings.TrimRight(err.Error(), "\n"), "\n") {
		if sentence != "" {
			fmt.Fprintln(to, sentence)
		}
	}
	return status
}

// failure is what a command ends with: sentences for standard error, none where all has been said
// already, and an exit status.
type failure struct {
	sentences string
	status    int
}

func (f failure) Error() string { return f.sentences }

func statusOf(err error) int {
	var f failure
	if errors.As(err, &f) {
		return f.status
	}
	return exitFailed
}
