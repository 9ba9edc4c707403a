package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
)

// serve runs an operation: what is asked is judged, done and answered.
func (a *API) serve(o operation) fiber.Handler {
	return func(c *fiber.Ctx) error {
		k := newCall(c, o)
		if o.writes && k.v.ReadOnly {
			return events.E(events.Denied, "token_read_only", "")
		}
		answer, err := a.once(o, k, strings.Clone(c.Get("Idempotency-Key")), fingerprint(c))
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		if o.media != "" {
			c.Set(fiber.HeaderContentType, o.media)
			c.Set(fiber.HeaderContentDisposition, `attachment; filename="invitation.ics"`)
		}
		if k.location != "" {
			c.Location(k.location)
		}
		if k.status == 0 {
			k.status = o.status
		}
		return c.Status(k.status).Send(answer)
	}
}

// answerKept is the answer that an idempotency key got, as it is kept for the next time.
type answerKept struct {
	Status   int             `json:"status"`
	Location string          `json:"location,omitempty"`
	Body     json.RawMessage `json:"body"`
}

// once gives an operation's answer; with an idempotency key, the one it got the first time. The
// key is claimed, the act done and its answer kept in one transaction.
func (a *API) once(o operation, k *call, key, asked string) ([]byte, error) {
	if key == "" || o.method != http.MethodPost {
		return run(o, k)
	}
	var answer []byte
	var said answered
	act := func(ctx context.Context) error {
		kept, err := a.SignIn.Once(ctx, key, k.v.Person, asked)
		if err != nil {
			return located(err, header)
		}
		if kept != nil {
			var again answerKept
			err := json.Unmarshal(kept, &again)
			answer, said = again.Body, answered{again.Status, again.Location}
			return err
		}
		inner := *k
		inner.ctx = ctx
		if answer, err = run(o, &inner); err != nil {
			return err
		}
		said = inner.answered
		keep, err := json.Marshal(answerKept{said.status, said.location, answer})
		if err != nil {
			return err
		}
		return a.SignIn.Keep(ctx, key, k.v.Person, keep)
	}
	if err := a.inTurn(o, k, act); err != nil {
		return nil, err
	}
	k.answered = said
	return answer, nil
}

// inTurn runs an act in one transaction: in its activity's turn where it is an act of the Desk, else
// in the turn of its person, so that one key sent twice at once is done once.
func (a *API) inTurn(o operation, k *call, act func(context.Context) error) error {
	if !o.inTurn {
		return a.Desk.Act(k.ctx, "person/"+k.v.Person, act)
	}
	activity, err := a.activityOf(k)
	if err != nil {
		return err
	}
	return a.Desk.Act(k.ctx, activity, act)
}

// activityOf names the activity in whose turn a request goes.
func (a *API) activityOf(k *call) (string, error) {
	if code := k.param("code"); code != "" {
		return code, nil
	}
	r, err := a.Desk.Registration(k.ctx, k.v, k.param("id"))
	return r.Activity, err
}

func run(o operation, k *call) ([]byte, error) {
	out, err := o.handle(k)
	if err != nil {
		return nil, err
	}
	if sent, ok := out.(file); ok {
		return sent, nil
	}
	return json.Marshal(out)
}

// fingerprint stands for what is asked, so that a key is not used for something else.
func fingerprint(c *fiber.Ctx) string {
	sum := sha256.New()
	sum.Write([]byte(c.Method() + " " + c.Path() + "\n"))
	sum.Write(c.Body())
	return hex.EncodeToString(sum.Sum(nil))
}

// refuseOthers answers the methods that an address does not have.
func refuseOthers(methods []string) fiber.Handler {
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	allow := strings.Join(append(methods, http.MethodOptions), ", ")
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderAllow, allow)
		if c.Method() == http.MethodOptions {
			return c.SendStatus(http.StatusNoContent)
		}
		return fiber.ErrMethodNotAllowed
	}
}
