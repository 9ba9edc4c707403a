package main

import (
	"context"
	"fmt"
	"net"

	"github.com/gofiber/fiber/v2"
)

// emptyCommand answers every request with nothing, as fast as the library does: what the public page
// is measured against. It is a process of its own, as the portal is.
type emptyCommand struct{}

// Run is called by kong.
func (emptyCommand) Run(p process) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/*", func(*fiber.Ctx) error { return nil })
	stop := context.AfterFunc(p.ctx, func() { _ = app.Shutdown() })
	defer stop()
	fmt.Fprintf(p.stdout, "listening on http://%s\n", listener.Addr())
	return app.Listener(listener)
}
