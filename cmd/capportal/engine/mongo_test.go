package engine_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

func TestOpen_Standalone(t *testing.T) {
	m := enginetest.Start(t, "")
	_, err := engine.Open(context.Background(), engine.Options{URI: m.URI("capportal")})
	wantFault(t, err, engine.ErrStandalone, m.Addr, "--replSet", "rs.initiate()")
	// The same when the address asks for a set that the server is not in.
	_, err = engine.Open(context.Background(), engine.Options{URI: m.URI("capportal") + "?replicaSet=rs0&serverSelectionTimeoutMS=500"})
	wantFault(t, err, engine.ErrStandalone, m.Addr, "--replSet", "rs.initiate()")
}

func TestOpen_Unreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, err = engine.Open(context.Background(), engine.Options{URI: "mongodb://officer:secret@" + addr + "/capportal?serverSelectionTimeoutMS=300"})
	wantFault(t, err, engine.ErrUnreachable, addr, "CAPPORTAL_MONGODB_URI")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%q tells the password", err)
	}
}

// A member that answers says what is wrong with its set.
func TestOpen_SetAwry(t *testing.T) {
	m := enginetest.Start(t, "rs7")
	open := func(set string) error {
		_, err := engine.Open(context.Background(), engine.Options{URI: "mongodb://" + m.Addr + "/capportal?serverSelectionTimeoutMS=500&replicaSet=" + set})
		return err
	}
	wantFault(t, open("rs0"), engine.ErrSetting, m.Addr, "replica set rs7, not rs0", "?replicaSet=rs7")
	client, err := mongo.Connect(context.Background(), options.Client().SetHosts([]string{m.Addr}).SetDirect(true))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(context.Background()) }()
	down := bson.D{{Key: "replSetStepDown", Value: 60}, {Key: "force", Value: true}}
	if err := client.Database("admin").RunCommand(context.Background(), down).Err(); err != nil {
		t.Fatal(err)
	}
	wantFault(t, open("rs7"), engine.ErrUnreachable, m.Addr, "no primary", "rs.status()")
}

// One that calls its primary by a name which leads nowhere says that name.
func TestOpen_PrimaryElsewhere(t *testing.T) {
	wantFault(t, engine.Awry("rs7", "database.invalid:27017", "mongodb://127.0.0.1:27017/capportal?replicaSet=rs7"), engine.ErrUnreachable,
		"127.0.0.1:27017", "database.invalid:27017", "rs.reconfig()")
}

func TestOpen_MalformedAddress(t *testing.T) {
	for _, uri := range []string{
		"127.0.0.1:27017/capportal",
		"http://127.0.0.1/capportal",
		"mongodb://officer:secret@127.0.0.1:27017",
		"mongodb://officer:secret@127.0.0.1:99999/capportal",
		"officer:secret@127.0.0.1:27017/capportal",
		"mongodb://officer:se@cret@127.0.0.1:27017/capportal",
		"mongodb://officer:sec%ret@127.0.0.1:27017/capportal",
	} {
		_, err := engine.Open(context.Background(), engine.Options{URI: uri})
		wantFault(t, err, engine.ErrSetting, "mongodb://HOST")
		if strings.Contains(err.Error(), "ret@") || strings.Contains(err.Error(), "%re") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %q tells the password", uri, err)
		}
	}
}

func TestOpen_WrongPassword(t *testing.T) {
	uri := enginetest.MongoURI(t)
	_, err := engine.Open(context.Background(), engine.Options{URI: strings.Replace(uri, "://", "://officer:secret@", 1)})
	wantFault(t, err, engine.ErrDenied, "CAPPORTAL_MONGODB_URI", "password")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%q tells the password", err)
	}
}

// Who may sign in, or need not, and may read nothing, is told which role is missing.
func TestOpen_WithoutRole(t *testing.T) {
	failing(t, enginetest.Mongo(t), 10, bson.D{{Key: "failCommands", Value: []string{"find"}}, {Key: "errorCode", Value: 13}})
	_, err := engine.Open(context.Background(), engine.Options{URI: enginetest.MongoURI(t)})
	wantFault(t, err, engine.ErrDenied, "CAPPORTAL_MONGODB_URI", "readWrite")
}

// failing makes the server fail some commands of this database's program.
func failing(t *testing.T, db *engine.DB, times int, data bson.D) {
	t.Helper()
	point := func(mode any) error {
		cmd := bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: mode}, {Key: "data", Value: data}}
		return db.Database().Client().Database("admin").RunCommand(context.Background(), cmd).Err()
	}
	if err := point(bson.D{{Key: "times", Value: times}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = point("off") }) // where the server is the test's own, it may be gone
}

func TestDB_Transact_Failures(t *testing.T) {
	commands := func(names ...string) bson.E { return bson.E{Key: "failCommands", Value: names} }
	cut := bson.E{Key: "closeConnection", Value: true}
	for _, c := range []struct {
		name  string
		times int
		data  bson.D
		runs  int // of fn
	}{
		{"WriteConflict", 2, bson.D{commands("insert"), {Key: "errorCode", Value: 112}}, 3},
		{"CutInTheMiddle", 2, bson.D{commands("insert"), cut}, 3},
		{"NotPrimary", 1, bson.D{commands("insert"), {Key: "errorCode", Value: 10107}}, 2},
		// The driver asks once more by itself; here it is asked a third and a fourth time.
		{"CommitCut", 3, bson.D{commands("commitTransaction"), cut}, 1},
		{"CommitCutAfterIt", 1, bson.D{commands("commitTransaction"),
			{Key: "writeConcernError", Value: bson.D{{Key: "code", Value: 64}, {Key: "errmsg", Value: "no majority in time"}}}}, 1},
		{"CommitNotPrimary", 3, bson.D{commands("commitTransaction"), {Key: "errorCode", Value: 11602}}, 1},
		{"CommitTimedOut", 1, bson.D{commands("commitTransaction"), {Key: "errorCode", Value: 50}}, 1},
		{"CommitAborted", 1, bson.D{commands("commitTransaction"), {Key: "errorCode", Value: 251},
			{Key: "errorLabels", Value: bson.A{"TransientTransactionError"}}}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := enginetest.Mongo(t)
			failing(t, db, c.times, c.data)
			runs := 0
			err := db.Transact(context.Background(), func(ctx context.Context) error {
				runs++
				return insert(ctx, db, "seats", "a")
			})
			if err != nil {
				t.Fatal(err)
			}
			if n := count(t, db, "seats"); n != 1 || runs != c.runs {
				t.Errorf("%d documents after %d runs, want 1 after %d", n, runs, c.runs)
			}
		})
	}
}

// ownServer returns a database on a server of the test's own, for a test that leaves
// a transaction open on it: the server would let nobody else in for a minute.
func ownServer(t *testing.T) *engine.DB {
	t.Helper()
	db, err := engine.Open(context.Background(), engine.Options{URI: enginetest.Start(t, "rs0").URI("capportal")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeDB(t, db) })
	return db
}

// What lasts longer than the bound ends in a sentence that says what is known.
func TestDB_Transact_Bounds(t *testing.T) {
	for _, c := range []struct {
		name  string
		data  bson.D
		kind  error
		words string
	}{
		{"Busy", bson.D{{Key: "failCommands", Value: bson.A{"insert"}}, {Key: "errorCode", Value: 112}}, engine.ErrBusy, "nothing was stored"},
		{"Unreachable", bson.D{{Key: "failCommands", Value: bson.A{"insert"}}, {Key: "closeConnection", Value: true}}, engine.ErrUnreachable, "nothing was stored"},
		{"Unknown", bson.D{{Key: "failCommands", Value: bson.A{"commitTransaction"}}, {Key: "closeConnection", Value: true}}, engine.ErrUnknown, "look whether"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := ownServer(t)
			db.SetPatience(300*time.Millisecond, 300*time.Millisecond)
			failing(t, db, 1_000_000, c.data)
			err := db.Transact(context.Background(), func(ctx context.Context) error { return insert(ctx, db, "seats", "a") })
			wantFault(t, err, c.kind, c.words)
			if n := count(t, db, "seats"); n != 0 {
				t.Errorf("%d documents", n)
			}
		})
	}
}

// A deadline within a statement comes back as the context's own error.
func TestDB_Transact_Deadline(t *testing.T) {
	db := ownServer(t)
	failing(t, db, 1, bson.D{{Key: "failCommands", Value: bson.A{"insert"}},
		{Key: "blockConnection", Value: true}, {Key: "blockTimeMS", Value: 1500}})
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	err := db.Transact(ctx, func(ctx context.Context) error { return insert(ctx, db, "seats", "a") })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if n := count(t, db, "seats"); n != 0 {
		t.Errorf("%d documents", n)
	}
}

func TestDB_Ping(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		if err := db.Ping(context.Background()); err != nil {
			t.Error(err)
		}
		closeDB(t, db)
		if err := db.Ping(context.Background()); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		err := db.Transact(context.Background(), func(context.Context) error { return nil })
		if !errors.Is(err, engine.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		closeDB(t, db) // again
	})
	t.Run("ServerGone", func(t *testing.T) {
		m := enginetest.Start(t, "rs0")
		db, err := engine.Open(context.Background(), engine.Options{URI: m.URI("capportal") + "&serverSelectionTimeoutMS=300"})
		if err != nil {
			t.Fatal(err)
		}
		defer closeDB(t, db)
		db.SetPatience(time.Second, time.Second)
		m.Kill()
		wantFault(t, db.Ping(context.Background()), engine.ErrUnreachable)
		err = db.Transact(context.Background(), func(ctx context.Context) error { return insert(ctx, db, "seats", "a") })
		wantFault(t, err, engine.ErrUnreachable, "nothing was stored")
	})
}

// A transaction reads one moment, whatever is written beside it.
func TestDB_Transact_Snapshot(t *testing.T) {
	db := enginetest.Mongo(t)
	err := db.Transact(context.Background(), func(ctx context.Context) error {
		if n, err := db.Database().Collection("seats").CountDocuments(ctx, bson.D{}); err != nil || n != 0 {
			return errors.Join(err, errors.New("not empty"))
		}
		if err := insert(context.Background(), db, "seats", "beside"); err != nil && !mongo.IsDuplicateKeyError(err) {
			return err
		}
		if n, err := db.Database().Collection("seats").CountDocuments(ctx, bson.D{}); err != nil || n != 0 {
			return errors.Join(err, errors.New("the other's write is seen"))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Who waits for a turn to write leaves when its context ends.
func TestDB_Transact_WaitHonoursContext(t *testing.T) {
	db := enginetest.Memory(t)
	err := db.Transact(context.Background(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		err := db.Transact(ctx, func(context.Context) error { return errors.New("ran beside another writer") })
		if !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
