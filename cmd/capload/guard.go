package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
)

// loopback refuses every host:port that is not this machine's own loopback: load is for nobody else.
// A name is refused too, "localhost" apart, since a name may lead anywhere.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	if host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s is not on loopback: capload puts load on this machine alone, never over a network", address)
}

// judgeMongoDB refuses an address of MongoDB that leads, or whose replica set leads, off this machine,
// and gives the address without its database: capload works in databases of its own.
func judgeMongoDB(ctx context.Context, uri string) (string, error) {
	if strings.HasPrefix(uri, "mongodb+srv:") {
		return "", fmt.Errorf("mongodb+srv asks the DNS where the servers are: name them, on loopback, as in mongodb://127.0.0.1:27017/?replicaSet=rs0")
	}
	c, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return "", fmt.Errorf("the address of MongoDB is malformed (%w): write it as mongodb://127.0.0.1:27017/?replicaSet=rs0", err)
	}
	for _, host := range c.Hosts {
		if err := loopback(host); err != nil {
			return "", err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	client, err := mongo.Connect(ctx, options.Client().SetHosts(c.Hosts[:1]).SetDirect(true).SetServerSelectionTimeout(5*time.Second))
	if err != nil {
		return "", fmt.Errorf("reach MongoDB: %w", err)
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	var set struct {
		Hosts []string `bson:"hosts"`
	}
	if err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&set); err != nil {
		return "", fmt.Errorf("MongoDB does not answer (%w): start it, or leave --mongodb-uri away and capload starts one", err)
	}
	for _, host := range set.Hosts {
		if err := loopback(host); err != nil {
			return "", fmt.Errorf("the replica set has a member elsewhere: %w", err)
		}
	}
	return withDatabase(uri, ""), nil
}

// withDatabase puts the name of a database into an address of MongoDB.
func withDatabase(uri, name string) string {
	rest, query, asked := strings.Cut(strings.TrimPrefix(uri, "mongodb://"), "?")
	hosts, _, _ := strings.Cut(rest, "/")
	uri = "mongodb://" + hosts + "/" + name
	if asked {
		uri += "?" + query
	}
	return uri
}
