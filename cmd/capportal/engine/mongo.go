package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
)

const (
	// reachWait bounds how long a call waits for a server that can be written to,
	// unless the address itself sets serverSelectionTimeoutMS. An election takes
	// some seconds; a person should not wait much longer than that.
	reachWait = 10 * time.Second
	// silentWait is how long a server may say nothing when it is connected to, and behind its heartbeat,
	// one each ten seconds, until it is taken for gone, unless the address sets connectTimeoutMS. Whoever
	// waits for one that fell silent without a word, as a machine does that has lost its power, waits up to
	// ten seconds longer, and then for another primary. The driver's own 30 seconds are long for that.
	silentWait = 5 * time.Second
	// oldestWire is the wire version of MongoDB 6.0.
	oldestWire = 17
)

func (d *DB) openMongo(ctx context.Context, uri string) error {
	d.kind = MongoDB
	cs, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return fault(ErrSetting, err, "the MongoDB address %s is malformed: %v; write it as mongodb://HOST:27017/capportal?replicaSet=NAME", redact(uri), redactError(err, uri))
	}
	if cs.Database == "" {
		return fault(ErrSetting, nil, "the MongoDB address %s names no database: add it as the path, as in mongodb://HOST:27017/capportal?replicaSet=NAME", redact(uri))
	}
	o := options.Client().
		ApplyURI(uri).
		SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(writeconcern.Majority()).
		SetRetryWrites(true).
		SetRetryReads(true).
		SetServerMonitor(d.stamps.stream.monitor())
	d.app = cmp.Or(cs.AppName, "capportal")
	o.SetAppName(d.app)
	if !cs.ServerSelectionTimeoutSet {
		o.SetServerSelectionTimeout(reachWait)
	}
	if !cs.ConnectTimeoutSet {
		o.SetConnectTimeout(silentWait)
	}
	client, err := lungo.Connect(ctx, o)
	if err != nil {
		return fault(ErrSetting, err, "the MongoDB address %s cannot be used: %v", redact(uri), redactError(err, uri))
	}
	if err := refuseMongo(ctx, client, cs); err != nil {
		_ = client.Disconnect(context.WithoutCancel(ctx))
		return err
	}
	d.client, d.database = client, stampedDatabase{unitDatabase{client.Database(cs.Database), d}, d}
	d.endOrphans(ctx) // a portal that was killed and starts again need not wait for itself
	return nil
}

// hello is what a server says of itself.
type hello struct {
	SetName    string `bson:"setName"`
	Primary    string `bson:"primary"` // as the members call it; empty while there is none
	Message    string `bson:"msg"`     // "isdbgrid" of a mongos
	Wire       int32  `bson:"maxWireVersion"`
	Writable   bool   `bson:"isWritablePrimary"`
	ReplicaSet bool   `bson:"isreplicaset"` // started with --replSet, not initiated yet
}

// refuseMongo refuses a server on which transactions would not hold.
func refuseMongo(ctx context.Context, client lungo.IClient, cs *connstring.ConnString) error {
	hosts := strings.Join(cs.Hosts, ",")
	var h hello
	err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h)
	if err != nil {
		if denied(err) {
			return fault(ErrDenied, err, "MongoDB at %s refused the user or the password: check both in CAPPORTAL_MONGODB_URI, and its authSource", hosts)
		}
		if alone := askAlone(ctx, cs); alone != nil {
			h = *alone
			if h.ReplicaSet {
				return fault(ErrStandalone, err, "MongoDB at %s was started with a replica set name, but the set is not initiated: run rs.initiate() once in mongosh, then start capportal again", hosts)
			}
			if h.SetName == "" && h.Message != "isdbgrid" {
				return standalone(hosts)
			}
			if h.SetName != "" {
				return awry(h, cs, err)
			}
		}
		return fault(ErrUnreachable, err, "no MongoDB server that can be written to answered at %s: check CAPPORTAL_MONGODB_URI, that the server runs and that the network lets it through (%v)", hosts, brief(err))
	}
	if h.SetName == "" && h.Message != "isdbgrid" {
		return standalone(hosts)
	}
	if h.Wire < oldestWire {
		return fault(ErrOutdated, nil, "MongoDB at %s is older than 6.0: upgrade the server, then start capportal again", hosts)
	}
	return nil
}

func standalone(hosts string) error {
	return fault(ErrStandalone, nil, "MongoDB at %s is a standalone server, which has no transactions: start mongod with --replSet rs0, run rs.initiate() once in mongosh, and add ?replicaSet=rs0 to CAPPORTAL_MONGODB_URI", hosts)
}

// awry says why a member of a replica set answers by itself, and the set does not.
func awry(h hello, cs *connstring.ConnString, err error) error {
	hosts := strings.Join(cs.Hosts, ",")
	switch {
	case cs.ReplicaSet != "" && cs.ReplicaSet != h.SetName:
		return fault(ErrSetting, err, "MongoDB at %s belongs to the replica set %s, not %s: write ?replicaSet=%s in CAPPORTAL_MONGODB_URI", hosts, h.SetName, cs.ReplicaSet, h.SetName)
	case h.Primary == "":
		return fault(ErrUnreachable, err, "the replica set %s at %s has no primary, so nothing can be written: let more than half of its members run and reach each other, as rs.status() in mongosh tells, and try again", h.SetName, hosts)
	}
	return fault(ErrUnreachable, err, "the replica set %s answers at %s, but not at %s, as its members call the primary: let this machine find and reach that name, or give the members other names with rs.reconfig() in mongosh (%v)", h.SetName, hosts, h.Primary, brief(err))
}

// askAlone asks the first host directly what it is, when no primary was found;
// nil when it does not answer either.
func askAlone(ctx context.Context, cs *connstring.ConnString) *hello {
	if len(cs.Hosts) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	o := options.Client().SetHosts(cs.Hosts[:1]).SetDirect(true).SetServerSelectionTimeout(2 * time.Second)
	client, err := mongo.Connect(ctx, o)
	if err != nil {
		return nil
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	var h hello
	if client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h) != nil {
		return nil
	}
	return &h
}

func (d *DB) pingMongo(ctx context.Context) error {
	if err := d.client.Ping(ctx, readpref.Primary()); err != nil {
		return fault(ErrUnreachable, err, "no MongoDB server that can be written to answers: look whether the server runs and the network lets it through (%v)", brief(err))
	}
	return nil
}

func denied(err error) bool {
	var c mongo.CommandError
	if errors.As(err, &c) && (c.Code == 18 || c.Code == 13) {
		return true
	}
	return strings.Contains(err.Error(), "auth error")
}

// brief shortens what the driver says: its topology dump helps nobody.
func brief(err error) string {
	s, _, _ := strings.Cut(err.Error(), ", current topology:")
	return s
}

// redact returns the address without user and password, whatever else is wrong with it.
func redact(uri string) string {
	i := strings.LastIndex(uri, "@")
	if i < 0 {
		return uri
	}
	scheme, _, ok := strings.Cut(uri[:i], "://")
	if !ok {
		return uri[i+1:]
	}
	return scheme + "://" + uri[i+1:]
}

// redactError keeps what the driver says of an address, unless it quotes from it.
func redactError(err error, uri string) string {
	s := fmt.Sprint(err)
	if strings.Contains(s, "escape") || strings.Contains(s, "@") {
		return "user and password must be percent-encoded"
	}
	return strings.ReplaceAll(s, uri, redact(uri))
}
