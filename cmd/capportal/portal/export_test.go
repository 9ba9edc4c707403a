package portal

import "log/slog"

// Discreet is the portal's log over a handler.
func Discreet(h slog.Handler) slog.Handler { return discreet{h} }
