package views

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"capportal/events"
	"capportal/views/assets"
	"capportal/views/page"
)

// Limits of a request.
const (
	DefaultBodyLimit = 8 << 20          // bytes of a body that are taken
	drainLimit       = 64 << 20         // bytes of a body that is refused, read to its end so that the refusal arrives
	DefaultTimeout   = 60 * time.Second // how long an act may take
	readTimeout      = 2 * time.Minute  // how long a request may take to arrive: 8 MiB on a slow line
	idleTimeout      = 60 * time.Second // how long a connection may say nothing
)

// Options is what the app is made of. Renderer, Assets, Log, BaseURL and Key are required.
type Options struct {
	Renderer *page.Renderer
	Assets   *assets.Set
	Log      *slog.Logger
	BaseURL  string   // the only origin written into a link: "https://portal.example"
	Addr     string   // where the app listens, with its real port: "127.0.0.1:8080"
	Proxies  []string // addresses or networks whose X-Forwarded-* is believed
	Key      []byte   // the portal's secret for the tokens of forms, from the store; 32 bytes or more

	// Visitor finds out who holds a session by the secret in its cookie. An unknown or ended session
	// is an anonymous visitor and no error. nil: everybody is anonymous.
	Visitor func(ctx context.Context, session string) (events.Visitor, error)

	BodyLimit int              // bytes; 0: DefaultBodyLimit
	Timeout   time.Duration    // of one act; 0: DefaultTimeout
	Now       func() time.Time // nil: time.Now
	Watch     Watch

	cache *cache // what is kept for strangers; nil: nothing
}

// gate is what the middlewares know.
type gate struct {
	Options
	hosts  []string
	secure bool // the portal is reached over https
	tokens *page.Tokens
}

// NewApp makes the app with everything a request passes through, and the assets. Routes are added to
// it afterwards; what no route answers is a page that says so.
func NewApp(o Options) (*fiber.App, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("the base URL is not the address of a site, such as https://portal.example")
	}
	tokens, err := page.NewTokens(o.Key)
	if err != nil {
		return nil, err
	}
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	g := &gate{Options: o, hosts: ownHosts(base, o.Addr), secure: base.Scheme == "https", tokens: tokens}
	app := fiber.New(fiber.Config{
		AppName:      "capportal",
		ErrorHandler: g.fail,
		// Values outlive their request in an engine that keeps documents in memory.
		Immutable: true,
		// Bodies are read by the first middleware, which answers in full to those that are too large;
		// otherwise the connection is reset before the answer arrives.
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		BodyLimit:                    o.BodyLimit,
		ReadTimeout:                  readTimeout,
		IdleTimeout:                  idleTimeout,
		ReadBufferSize:               16 << 10, // the longest head of a request
		DisableStartupMessage:        true,
		EnableTrustedProxyCheck:      true,
		TrustedProxies:               o.Proxies,
		ProxyHeader:                  fiber.HeaderXForwardedFor,
		EnableIPValidation:           true,
	})
	// A connection that is asked something while the portal ends is told that it is the last time.
	app.Server().CloseOnShutdown = true
	app.Use(g.watch, g.headers, g.drain, g.host, g.deadline)
	app.Get(assets.Prefix+"*", o.Assets.Serve)
	app.Use(g.visitor, g.forms)
	g.refuseUnknownMethods(app)
	if g.cache != nil {
		g.cacheFirst(app)
	}
	return app, nil
}

// refuseUnknownMethods answers like every other refusal where Fiber would write a bare line.
func (g *gate) refuseUnknownMethods(app *fiber.App) {
	handle := app.Handler()
	known := app.Config().RequestMethods
	app.Server().Handler = func(rc *fasthttp.RequestCtx) {
		if slices.Contains(known, string(rc.Method())) {
			handle(rc)
			return
		}
		start := time.Now()
		g.Watch.began()
		rc.Request.Header.SetMethod(fiber.MethodGet)
		c := app.AcquireCtx(rc)
		defer app.ReleaseCtx(c)
		_ = g.fail(c, fiber.ErrNotImplemented)
		g.Watch.ended(c, "OTHER", start)
	}
}

// fail answers to every error, also to those of requests that no middleware has seen.
func (g *gate) fail(c *fiber.Ctx, err error) error {
	// So Fiber names a connection that broke before its request was whole, as a watcher's that only
	// looks whether somebody listens: nobody hears the answer, and it is no fault of ours.
	if errors.Is(err, fiber.ErrBadGateway) {
		return c.SendStatus(fiber.StatusBadRequest)
	}
	g.head(c)
	return g.Renderer.Handle(c, err)
}
