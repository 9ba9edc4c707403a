package portal

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/views"
	"capportal/views/assets"
	"capportal/views/page"
)

// App makes the app with every page of the portal.
func (p *Portal) App() (*fiber.App, error) {
	set, err := assets.Load()
	if err != nil {
		return nil, fmt.Errorf("read the assets: %w", err)
	}
	renderer, err := page.New(page.Options{Bundle: p.Bundle, Assets: set, BaseURL: p.Settings.BaseURL,
		Languages: p.Settings.Languages, Demo: p.Demo, Log: p.Log})
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	app, err := views.NewApp(views.Options{Renderer: renderer, Assets: set, Log: p.Log, BaseURL: p.Settings.BaseURL,
		Addr: p.Settings.Addr, Proxies: p.Settings.Proxies, Key: p.formKey(), Visitor: p.visitor, Now: p.Now})
	if err != nil {
		return nil, err
	}
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	return app, nil
}

// formKey is the secret for the tokens of forms, which all instances share since it follows from the
// signing key in the store.
func (p *Portal) formKey() []byte {
	sum := sha256.Sum256([]byte(p.Keys.Link("forms", "key", 1)))
	return sum[:]
}

// visitor finds who holds a session.
func (p *Portal) visitor(ctx context.Context, secret string) (events.Visitor, error) {
	session, err := p.SignIn.Session(ctx, secret)
	if events.CodeOf(err) == events.Anonymous && err != nil {
		return events.Visitor{}, nil
	}
	if err != nil {
		return events.Visitor{}, err
	}
	return p.Desk.Visitor(ctx, session.Person)
}
