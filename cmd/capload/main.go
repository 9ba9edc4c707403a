// Command capload puts load on a portal of its own and holds what it measures against the bars of
// design.md 7, each as a ratio in one run on one machine. README.md beside it says how to run it.
//
// It starts everything that it loads itself (the portal as it is built, a mail server that delivers
// nowhere, MongoDB unless one is named), on loopback alone, and every bar is bounded in count and
// time. It never puts load on anything else, holds no rule of the domain, and is not part of the
// portal.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones are there on a machine that has none

	"github.com/alecthomas/kong"
)

// Exit statuses: every bar holds; one is missed, or could not be measured; the command line is wrong.
const (
	exitHolds  = 0
	exitMissed = 1
	exitUsage  = 2
)

// commandLine is everything that can be typed.
type commandLine struct {
	Run   runCommand   `cmd:"" default:"withargs" help:"Measure bars and hold them against design.md 7."`
	Empty emptyCommand `cmd:"" hidden:"" help:"Answer every request with nothing."`
	Loop  loopCommand  `cmd:"" hidden:"" help:"Send mails one after the other."`
}

// runCommand measures the chosen bars on one engine.
type runCommand struct {
	Engine     string   `enum:"embedded,mongodb" default:"embedded" help:"Engine of the portal: embedded or mongodb."`
	MongodbURI string   `name:"mongodb-uri" help:"A running replica set on loopback; capload makes databases of its own on it and drops them."`
	Mongod     string   `help:"The mongod to start when no URI is given; else CAPPORTAL_TEST_MONGOD, else the one on the path."`
	Bar        []string `sep:"," help:"Bars to measure, of page, signed-in, rush, mail, scale, start, memory; all unless given."`
	Out        string   `help:"Folder for the pictures of latencies (SVG)."`
	JSON       bool     `name:"json" help:"Print the table as JSON."`
	Capportal  string   `help:"The portal's program; built from the source unless given."`

	bounds bounds
}

// process is the outside of a command: where it writes and until when it may run.
type process struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(process{ctx: ctx, stdout: os.Stdout, stderr: os.Stderr}, os.Args[1:])
	stop()
	os.Exit(status)
}

// run carries out one command line and gives the exit status.
func run(p process, args []string) int {
	line := commandLine{Run: runCommand{bounds: full()}}
	asked := false // for help
	parser, err := kong.New(&line, kong.Name("capload"), kong.Writers(p.stdout, p.stderr), kong.Exit(func(int) { asked = true }),
		kong.Description("Puts bounded load on a portal of its own, over loopback alone, and holds what it measures against the bars of design.md 7."))
	if err != nil {
		fmt.Fprintln(p.stderr, err)
		return exitMissed
	}
	selected, err := parser.Parse(args)
	if asked {
		return exitHolds
	}
	if err == nil {
		err = line.Run.judge()
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "%v; 'capload --help' shows what can be said\n", err)
		return exitUsage
	}
	if err := selected.Run(p); err != nil {
		if !errors.Is(err, errMissed) {
			fmt.Fprintln(p.stderr, err)
		}
		return exitMissed
	}
	return exitHolds
}

// judge refuses bars that do not exist.
func (c *runCommand) judge() error {
	var names []string
	for _, b := range bars() {
		names = append(names, b.name)
	}
	for _, asked := range c.Bar {
		if !slices.Contains(names, asked) {
			return fmt.Errorf("there is no bar %q: there are %s", asked, strings.Join(names, ", "))
		}
	}
	return nil
}

// errMissed says that a bar is missed or could not be measured, which the table has said already.
var errMissed = errors.New("a bar is missed")

// Run is called by kong.
func (c *runCommand) Run(p process) error {
	before := machine()
	l, err := openLab(p.ctx, *c, p.stderr)
	if err != nil {
		return err
	}
	defer l.close()
	var rows []row
	for _, b := range bars() {
		if len(c.Bar) > 0 && !slices.Contains(c.Bar, b.name) {
			continue
		}
		l.say("measuring %s (%s)", b.name, b.what)
		measured, err := l.measure(p.ctx, b)
		rows = append(rows, measured...)
		if err != nil {
			rows = append(rows, row{Bar: b.name, What: "could not be measured", Measured: "–", Bound: "–"})
			l.say("%s could not be measured: %v", b.name, err)
		}
		if p.ctx.Err() != nil {
			break
		}
	}
	if c.JSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(rows)
	} else {
		err = writeTable(p.stdout, c.Engine, before, rows)
	}
	if err == nil && slices.ContainsFunc(rows, func(r row) bool { return !r.Holds && !r.Information }) {
		err = errMissed
	}
	return err
}

// measure measures one bar within its time; what it started ends with it.
func (l *lab) measure(ctx context.Context, b bar) ([]row, error) {
	ctx, cancel := context.WithTimeout(ctx, b.atMost)
	defer cancel()
	defer l.stopAll()
	began := time.Now()
	rows, err := b.measure(l, ctx)
	l.say("%s took %s", b.name, short(time.Since(began)))
	return rows, err
}
