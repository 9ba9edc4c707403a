package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views/page"
)

// operation is one line of the table: a method, an address, what is read and what is written.
type operation struct {
	method, path, summary string
	in, out               reflect.Type // in is nil when no body is read
	queries               []string
	status                int
	writes                bool // a token that only reads is refused
	pages                 bool // the answer is one page of a list
	inTurn                bool // with an idempotency key it is an act in its activity's turn
	handle                func(*call) (any, error)
}

// call is one request being served.
type call struct {
	ctx  context.Context
	c    *fiber.Ctx
	v    events.Visitor
	body []byte
	// status, when the handler sets it, is the answer's instead of the operation's own.
	status int
}

// none is the body of an operation that reads none.
type none struct{}

// op makes an operation of a typed handler.
func op[In, Out any](method, path, summary string, handle func(*call, In) (Out, error)) operation {
	o := operation{method: method, path: path, summary: summary, status: http.StatusOK, out: reflect.TypeFor[Out]()}
	if in := reflect.TypeFor[In](); in != reflect.TypeFor[none]() {
		o.in = in
	}
	o.handle = func(k *call) (any, error) {
		var in In
		if o.in != nil {
			if err := decode(k.body, &in); err != nil {
				return nil, err
			}
		}
		return handle(k, in)
	}
	return o
}

func (o operation) query(names ...string) operation { o.queries = names; return o }
func (o operation) paged() operation                { o.pages = true; return o }
func (o operation) write() operation                { o.writes = true; return o }
func (o operation) turn() operation                 { o.inTurn = true; return o }
func (o operation) creates() operation {
	o.status, o.writes = http.StatusCreated, true
	return o
}

func (k *call) param(name string) string { return k.c.Params(name) }
func (k *call) q(name string) string     { return k.c.Query(name) }

// serve runs an operation: what is asked is judged, done and answered as JSON.
func (a *API) serve(o operation) fiber.Handler {
	return func(c *fiber.Ctx) error {
		k := &call{ctx: c.UserContext(), c: c, v: page.Of(c).Visitor}
		if o.in != nil {
			k.body = append([]byte(nil), c.Body()...)
		}
		if o.writes && k.v.ReadOnly {
			return events.E(events.Denied, "token_read_only", "")
		}
		answer, err := a.once(o, k)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		if k.status == 0 {
			k.status = o.status
		}
		return c.Status(k.status).Send(answer)
	}
}

// once gives an operation's answer; with an idempotency key, the one it got the first time. The
// key is claimed, the act done and its answer kept in one transaction.
func (a *API) once(o operation, k *call) ([]byte, error) {
	key := k.c.Get("Idempotency-Key")
	if key == "" || k.c.Method() != http.MethodPost {
		return run(o, k)
	}
	var answer []byte
	act := func(ctx context.Context) error {
		inner := *k
		inner.ctx = ctx
		kept, err := a.SignIn.Once(ctx, key, k.v.Person, fingerprint(k))
		if err != nil || kept != nil {
			answer = kept
			return err
		}
		if answer, err = run(o, &inner); err != nil {
			return err
		}
		k.status = inner.status
		return a.SignIn.Keep(ctx, key, k.v.Person, answer)
	}
	if !o.inTurn {
		return answer, a.Transact(k.ctx, act)
	}
	activity, err := a.activityOf(k)
	if err != nil {
		return nil, err
	}
	err = a.Desk.Act(k.ctx, activity, act)
	return answer, err
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
	return json.Marshal(out)
}

// fingerprint stands for what is asked, so that a key is not used for something else.
func fingerprint(k *call) string {
	sum := sha256.New()
	sum.Write([]byte(k.c.Method() + " " + k.c.Path() + "\n"))
	sum.Write(k.body)
	return hex.EncodeToString(sum.Sum(nil))
}
