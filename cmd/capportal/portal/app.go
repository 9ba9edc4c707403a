package portal

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net"
	"net/http"

	"capportal/views"
	"capportal/views/caught"
)

// Server answers requests.
type Server interface {
	Listener(net.Listener) error
	ShutdownWithContext(context.Context) error
	// Test answers one request without a listener, within milliseconds (-1: however long it takes).
	Test(r *http.Request, milliseconds ...int) (*http.Response, error)
}

// App makes what answers every page, file and operation of the portal.
func (p *Portal) App() (Server, error) {
	parts := views.Parts{Programme: p.Programme, Desk: p.Desk, Directory: p.Directory, SignIn: p.SignIn, Keys: p.Keys, Outbox: p.Outbox,
		Audit: p.Audit, Entries: p.Entries, Bundle: p.Bundle, Transact: p.transact, Ping: p.Ready, Log: p.Log, Now: p.Now,
		BaseURL: p.Settings.BaseURL, Addr: p.Settings.Addr, Proxies: p.Settings.Proxies, Languages: p.Settings.Languages, Zone: p.Settings.Zone,
		FormKey: p.formKey(), Mail: p.client != nil, Demo: p.mails != nil,
		ImportLimit: p.ImportLimit(), Stamp: p.DB.Stamp, Fault: fault}
	if p.metricsListener != nil { // nobody else could ask; a request costs the less
		parts.Watch = p.metrics.watchRequests()
	}
	if p.mails != nil {
		parts.Sources = map[string]fs.FS{"caught": caught.Templates}
	}
	app, renderer, err := views.New(parts)
	if err != nil {
		return nil, fmt.Errorf("put the pages together: %w", err)
	}
	if p.mails != nil {
		caught.New(caught.Parts{Mails: p.mails, Renderer: renderer, Zone: p.Settings.Zone}).Mount(app)
	}
	return app, nil
}

// formKey is the secret for the tokens of forms, which all instances share since it follows from the
// signing key in the store.
func (p *Portal) formKey() []byte {
	sum := sha256.Sum256([]byte(p.Keys.Link("forms", "key", 1)))
	return sum[:]
}
