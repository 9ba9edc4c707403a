package engine

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
)

const (
	// orphansAfter is how long others' writes may keep a transaction out before it is
	// asked whether they are still alive.
	orphansAfter = 500 * time.Millisecond
	// orphansEvery is how seldom that is asked, in one process.
	orphansEvery = time.Second
	// orphansWait bounds the question.
	orphansWait = 5 * time.Second
)

// operation is what MongoDB says of a connection or a session (`$currentOp`).
type operation struct {
	Type        string `bson:"type"`
	App         string `bson:"appName"`
	Client      string `bson:"client"` // host and port; of an idle session: of who used it last
	Transaction *struct {
		Idle int64 `bson:"timeInactiveMicros"`
	} `bson:"transaction"`
	Session struct {
		ID primitive.Binary `bson:"id"`
	} `bson:"lsid"`
}

// endOrphans ends the transactions of portals that died in the midst of one. The server
// finds out by itself only after a minute (transactionLifetimeLimitSeconds), and until
// then they keep every other writer from the documents they wrote: measured, a portal
// killed under load left an activity shut for as long.
//
// An orphan is an idle transaction of this program whose connection is closed. Should the
// guess be wrong, because its owner is alive and has changed connections, the owner is told
// that its transaction is gone, and runs it again. What goes wrong here is of no matter:
// waiting helps too.
func (d *DB) endOrphans(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, orphansWait)
	defer cancel()
	admin := d.client.Database("admin", options.Database().SetReadConcern(readconcern.Local())) // $currentOp takes no other
	cursor, err := admin.Aggregate(ctx, bson.A{bson.D{{Key: "$currentOp", Value: bson.D{
		{Key: "allUsers", Value: false}, {Key: "idleConnections", Value: true}, {Key: "idleSessions", Value: true}}}}})
	if err != nil {
		return
	}
	var all []operation
	if cursor.All(ctx, &all) != nil {
		return
	}
	if dead := orphans(all, d.app); len(dead) > 0 {
		_ = admin.RunCommand(ctx, bson.D{{Key: "killSessions", Value: dead}}).Err()
	}
}

// orphans gives the sessions, as killSessions wants them, of a program's idle transactions
// whose connection is not there any more.
func orphans(all []operation, app string) bson.A {
	open := map[string]bool{}
	for _, o := range all {
		open[o.Client] = open[o.Client] || o.Type == "op"
	}
	dead := bson.A{}
	for _, o := range all {
		if o.Type == "idleSession" && o.Transaction != nil && o.App == app && !open[o.Client] {
			dead = append(dead, bson.D{{Key: "id", Value: o.Session.ID}})
		}
	}
	return dead
}

// suspectOrphans looks for orphans when a transaction has been kept out since began, and
// nobody has looked lately.
func (d *DB) suspectOrphans(ctx context.Context, began time.Time) {
	now := time.Now()
	last := d.looked.Load()
	if now.Sub(began) < orphansAfter || now.UnixNano()-last < int64(orphansEvery) || !d.looked.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	d.endOrphans(ctx)
}
