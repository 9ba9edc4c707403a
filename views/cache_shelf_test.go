package views

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"capportal/views/i18n"
	"capportal/views/page"
)

// kitchen is an app with one kept route, of which the test is the handler.
type kitchen struct {
	t     *testing.T
	cache *cache
	app   *fiber.App
	made  atomic.Int64
	stamp atomic.Uint64
	cook  func(c *fiber.Ctx) error
}

func openKitchen(t *testing.T) *kitchen {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	k := &kitchen{t: t, app: fiber.New(fiber.Config{DisableStartupMessage: true, ErrorHandler: func(c *fiber.Ctx, err error) error { return c.Status(500).SendString(err.Error()) }})}
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	k.cache = newCache(func(context.Context, ...string) (uint64, bool) { return k.stamp.Load(), true }, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	k.app.Use(func(c *fiber.Ctx) (err error) {
		page.Keep(c, &page.State{Words: bundle.In("en"), Now: now, Token: func() string { return "token" }})
		defer func() {
			if fault := recover(); fault != nil {
				err = fmt.Errorf("%v", fault)
			}
		}()
		return c.Next()
	})
	k.app.Get("/en/", k.cache.keep(keeping{query: []string{"q", "past"}, linked: []string{"past=1"}}, func(c *fiber.Ctx) error {
		k.made.Add(1)
		return k.cook(c)
	}))
	return k
}

func (k *kitchen) get(path string) int {
	k.t.Helper()
	res, err := k.app.Test(httptest.NewRequest("GET", path, nil), -1)
	if err != nil {
		k.t.Error(err)
		return 0
	}
	return res.StatusCode
}

// Ten thousand queries fill no more than they may, and push out nothing that the portal's links ask for.
func TestCache_Bounded(t *testing.T) {
	k := openKitchen(t)
	k.cook = func(c *fiber.Ctx) error { return c.SendString(strings.Repeat("x", 10_000)) }
	for _, path := range []string{"/en/", "/en/?past=1"} {
		k.get(path)
	}
	for i := range 10_000 {
		k.get(fmt.Sprintf("/en/?q=%d", i))
	}
	weigh := func(s *shelf) (weight int) {
		for e := s.order.Front(); e != nil; e = e.Next() {
			weight += e.Value.(*slot).weight()
		}
		return weight
	}
	for name, s := range map[string]*shelf{"common": &k.cache.linked, "words": &k.cache.typed} {
		if weight := weigh(s); weight > s.most || weight != s.size || len(s.slots) != s.order.Len() || len(s.flights) != 0 {
			t.Errorf("%s weighs %d of %d and says %d; %d kept, %d in order, %d being made", name, weight, s.most, s.size, len(s.slots), s.order.Len(), len(s.flights))
		}
	}
	if made := k.made.Load(); made != 10_002 || k.cache.typed.order.Len() < 50 {
		t.Errorf("%d made, %d kept", made, k.cache.typed.order.Len())
	}
	k.get("/en/?q=9999")
	k.get("/en/")
	k.get("/en/?past=1")
	if made := k.made.Load(); made != 10_002 {
		t.Errorf("%d made again", made-10_002)
	}
	k.get("/en/?q=" + strings.Repeat("x", longestKept))
	k.get("/en/?q=" + strings.Repeat("x", longestKept))
	k.cook = func(c *fiber.Ctx) error { return c.SendString(strings.Repeat("x", typedSize)) }
	k.get("/en/?q=large")
	k.get("/en/?q=large")
	if made := k.made.Load(); made != 10_006 {
		t.Errorf("%d made of 4 that are too long or too large", made-10_002)
	}
}

// An answer that says the same as the one before it is that one, with what has been packed of it.
func TestCache_SaysTheSame(t *testing.T) {
	k := openKitchen(t)
	body := "the same"
	k.cook = func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderXRequestID, fmt.Sprint(k.made.Load()))
		return c.SendString(body)
	}
	kept := func() *answer {
		k.stamp.Add(1)
		k.get("/en/")
		return k.cache.linked.order.Back().Value.(*slot).answer
	}
	first := kept()
	if again := kept(); again != first || k.made.Load() != 2 {
		t.Errorf("made %d times, and the same answer is another", k.made.Load())
	}
	body = "another"
	if again := kept(); again == first {
		t.Error("another answer is the same")
	}
}

// Many who ask at once for what is not kept get one answer that was made once. Where it cannot be
// shared, each makes its own.
func TestCache_Together(t *testing.T) {
	const many = 20
	for name, tt := range map[string]struct {
		cook   func(c *fiber.Ctx) error
		status int
		shared bool
	}{
		"Shared":    {func(c *fiber.Ctx) error { return c.SendString("made") }, 200, true},
		"ErrOfMine": {func(c *fiber.Ctx) error { return fiber.ErrTeapot }, 500, false},
		"ErrPanic":  {func(c *fiber.Ctx) error { panic("in the kitchen") }, 500, false},
		"NotFound":  {func(c *fiber.Ctx) error { return c.SendStatus(404) }, 404, false},
		"Token":     {func(c *fiber.Ctx) error { return c.SendString(page.Of(c).Token()) }, 200, false},
		"Cookie": {func(c *fiber.Ctx) error {
			c.Cookie(&fiber.Cookie{Name: "own", Value: "1"})
			return c.SendString("mine")
		}, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			k := openKitchen(t)
			first := make(chan struct{})
			k.cook = func(c *fiber.Ctx) error {
				if k.made.Load() == 1 {
					<-first
				}
				return tt.cook(c)
			}
			var all sync.WaitGroup
			for range many {
				all.Go(func() {
					if got := k.get("/en/"); got != tt.status {
						t.Errorf("status %d, want %d", got, tt.status)
					}
				})
			}
			for deadline := time.Now().Add(10 * time.Second); k.made.Load() == 0 && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			close(first)
			all.Wait()
			if made := k.made.Load(); tt.shared && made != 1 || !tt.shared && made != many {
				t.Errorf("made %d times", made)
			}
		})
	}
}

// Whoever comes after a change does not wait for an answer that was begun before it.
func TestCache_ChangedMeanwhile(t *testing.T) {
	k := openKitchen(t)
	begun, go1 := make(chan struct{}), make(chan struct{})
	k.cook = func(c *fiber.Ctx) error {
		if k.made.Load() == 1 {
			close(begun)
			<-go1
		}
		return c.SendString("made")
	}
	var first sync.WaitGroup
	first.Go(func() { k.get("/en/") })
	<-begun
	k.stamp.Add(1)
	k.get("/en/") // would wait for ever
	close(go1)
	first.Wait()
	if made := k.made.Load(); made != 2 {
		t.Errorf("made %d times", made)
	}
	k.get("/en/")
	if made := k.made.Load(); made != 2 { // though the first one landed last
		t.Errorf("made %d times", made)
	}
}
