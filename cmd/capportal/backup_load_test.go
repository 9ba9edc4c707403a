package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"

	"github.com/google/go-cmp/cmp"
)

// One backup is taken while people register and withdraw, and restored into both engines: what was
// acknowledged before it began is in it, and the two portals answer everything alike.
func TestBackup_UnderLoad(t *testing.T) {
	onEngines(t, func(t *testing.T, kind string) {
		p := serve(t, kind)
		desk := p.rushActivity()
		p.command("import", "members", filepath.Join("..", "..", "registrations", "directory", "members.csv"))
		p.command("import", "programme", filepath.Join("demo", "programme.csv"))
		code := desk.list("/activities", url.Values{"q": {"Removing"}, "state": {"registration_open"}})[0].text("code")
		crowd := desk.crowd(code)
		within(t, "the load is under way", func() error {
			if n := len(crowd.acknowledged()); n < 80 {
				return fmt.Errorf("%d were acknowledged", n)
			}
			return nil
		})

		file := filepath.Join(t.TempDir(), "backup")
		before := crowd.acknowledged()
		began := time.Now()
		t.Log(p.command("backup", file), "within", time.Since(began).Round(time.Millisecond))
		after := crowd.stop()
		if len(after) == len(before) {
			t.Error("nobody registered while the backup was taken")
		}

		a := &api{serve(t, engine.Embedded, restored(file, p.origin)), desk.token}
		b := &api{serve(t, engine.MongoDB, restored(file, p.origin)), desk.token}
		there := map[string]int{}
		for _, r := range a.list("/activities/"+code+"/registrations", nil) {
			there[r.text("id")], _ = strconv.Atoi(r.text("version"))
		}
		for id, version := range before {
			if there[id] < version {
				t.Errorf("registration %s was acknowledged in version %d before the backup began, which has version %d", id, version, there[id])
			}
		}
		said, alike := a.everything(), b.everything()
		if len(said) < len(there) || len(there) < 80 {
			t.Errorf("%d answers about %d registrations were compared", len(said), len(there))
		}
		if diff := cmp.Diff(said, alike); diff != "" {
			t.Errorf("the portal on the file and the one on MongoDB answer differently: %.3000s", diff)
		}
		t.Logf("%d registrations acknowledged before, %d in the backup, %d at its end; %d answers alike", len(before), len(there), len(after), len(said))
	})
}

// restored lets a program serve what a backup holds, under the address it had, and send no mail.
func restored(file, origin string) option {
	return func(p *program) {
		p.path = programs.path(p.t, false)
		p.env = slices.DeleteFunc(p.env, func(line string) bool { return strings.HasPrefix(line, "CAPPORTAL_SMTP_URL=") })
		p.env = append(p.env, "CAPPORTAL_BASE_URL="+origin)
		p.command("restore", file)
	}
}

// crowd is people who register and withdraw until they are stopped.
type crowd struct {
	mu       sync.Mutex
	versions map[string]int // acknowledged, by registration
	ended    chan struct{}
	all      sync.WaitGroup
}

// crowd lets six people at once register others for an activity; each third registration is withdrawn.
func (a *api) crowd(code string) *crowd {
	c := &crowd{versions: map[string]int{}, ended: make(chan struct{})}
	for hand := range 6 {
		c.all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-c.ended:
					return
				default:
				}
				name := fmt.Sprintf("%d-%d", hand, n)
				r := a.do(http.MethodPost, "/activities/"+code+"/registrations", http.StatusCreated, object{"capacity": "right_holder",
					"person": object{"given_name": "Participant", "family_name": name, "email": "participant-" + name + "@visitors.example", "language": "en"}})
				c.note(r)
				if n%3 == 2 {
					c.note(a.do(http.MethodPost, "/registrations/"+r.text("id")+"/decision", http.StatusOK, object{"decision": "withdraw"}))
				}
			}
		})
	}
	a.p.t.Cleanup(func() { c.stop() })
	return c
}

func (c *crowd) note(r object) {
	version, _ := strconv.Atoi(r.text("version"))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.versions[r.text("id")] = version
}

func (c *crowd) acknowledged() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.versions)
}

func (c *crowd) stop() map[string]int {
	select {
	case <-c.ended:
	default:
		close(c.ended)
	}
	c.all.Wait()
	return c.acknowledged()
}

// everything asks each address of the API's own description that can be read, for each activity and
// registration there is, and gives the answers by address.
func (a *api) everything() map[string]string {
	a.p.t.Helper()
	codes := []string{}
	ids := []string{}
	for _, activity := range a.list("/activities", nil) {
		codes = append(codes, activity.text("code"))
		for _, r := range a.list("/activities/"+activity.text("code")+"/registrations", nil) {
			ids = append(ids, r.text("id"))
		}
	}
	answers := map[string]string{}
	for _, path := range a.p.readable() {
		switch {
		case strings.Contains(path, "{code}"):
			for _, code := range codes {
				a.answer(answers, strings.ReplaceAll(path, "{code}", code))
			}
		case strings.Contains(path, "{id}"):
			for _, id := range ids {
				a.answer(answers, strings.ReplaceAll(path, "{id}", id))
			}
		default:
			a.answer(answers, path)
		}
	}
	return answers
}

// readable gives the paths of the API that can be read.
func (p *program) readable() []string {
	p.t.Helper()
	var description struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(p.fetch("/api/openapi.json"), &description); err != nil {
		p.t.Fatal(err)
	}
	var paths []string
	for path, methods := range description.Paths {
		if _, ok := methods["get"]; ok {
			paths = append(paths, strings.TrimPrefix(path, "/api/v1"))
		}
	}
	if len(paths) < 10 {
		p.t.Fatalf("the API's description names %v alone", paths)
	}
	return paths
}

// answer asks one address, page by page. A registration without a calendar entry has none on both.
func (a *api) answer(answers map[string]string, path string) {
	a.p.t.Helper()
	query := url.Values{"limit": {"200"}, "from": {"2020-01-01T00:00:00Z"}, "to": {"2040-01-01T00:00:00Z"}}
	if !strings.HasSuffix(path, "/audit") {
		query.Del("from")
		query.Del("to")
	}
	for {
		r, err := http.NewRequest(http.MethodGet, a.p.origin+"/api/v1"+path+"?"+query.Encode(), nil)
		if err != nil {
			a.p.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+a.token)
		status, body := a.p.exchange(r)
		if status != http.StatusOK && !strings.HasSuffix(path, ".ics") {
			a.p.t.Errorf("%s answered %d: %.300s", path, status, body)
		}
		answers[path+" "+query.Get("cursor")] = fmt.Sprint(status, " ", body)
		var page struct {
			Next string `json:"next_cursor"`
		}
		if json.Unmarshal([]byte(body), &page) != nil || page.Next == "" {
			return
		}
		query.Set("cursor", page.Next)
	}
}

// exchange sends a request and gives status and body.
func (p *program) exchange(r *http.Request) (int, string) {
	p.t.Helper()
	s := &stranger{p: p}
	answer := s.send(r, &http.Client{Timeout: patience})
	return answer.status, answer.body
}
