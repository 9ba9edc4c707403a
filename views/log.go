package views

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/valyala/fasthttp"
)

// lineOf makes the log that the line of a request is written to, which says how and where it was asked.
func lineOf(log *slog.Logger, method, route string) slog.Handler {
	return log.Handler().WithAttrs([]slog.Attr{slog.String("method", method), slog.String("route", route)})
}

// writeLine writes the line of a request. It costs half of what Logger.Info does, which counts where the
// answer itself costs no more than that. It gives how long the request took.
func writeLine(line slog.Handler, number string, res *fasthttp.Response, start time.Time) time.Duration {
	now := time.Now()
	if !line.Enabled(context.Background(), slog.LevelInfo) {
		return now.Sub(start)
	}
	r := slog.NewRecord(now, slog.LevelInfo, "request", 0)
	r.AddAttrs(slog.String("reference", number), slog.Int("status", res.StatusCode()),
		slog.Int("bytes", len(res.Body())), slog.Duration("took", now.Sub(start)))
	_ = line.Handle(context.Background(), r) // as Logger.Info does
	return now.Sub(start)
}

// reference is a request's number, short enough to be told on the telephone.
func reference() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b, n := [9]byte{4: '-'}, rand.Uint64() // it need not be secret
	for i := range b {
		if i != 4 {
			b[i], n = letters[n%32], n/32
		}
	}
	return string(b[:])
}
