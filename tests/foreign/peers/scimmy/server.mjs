// A SCIM server of scimmy and scimmy-routers, as their pages say, over a store in memory: one Map by id, and one
// by userName, which is what uniqueness and the commonest filter need.
//
//   node server.mjs PORT TOKEN

import {randomUUID} from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const [port, token] = process.argv.slice(2);

class Store {
    constructor(indexed) {
        this.byId = new Map();
        this.byKey = new Map();
        this.indexed = indexed;
    }

    key(value) {
        return String(value[this.indexed]).toLowerCase();
    }

    write(resource, value) {
        const now = new Date().toISOString();
        const id = resource.id ?? randomUUID();
        const before = this.byId.get(id);
        if (resource.id && !before) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
        const holder = this.byKey.get(this.key(value));
        if (holder && holder !== id) throw new SCIMMY.Types.Error(409, "uniqueness", `${this.indexed} is taken`);
        const stored = {
            ...JSON.parse(JSON.stringify(value)), id,
            meta: {created: before?.meta.created ?? now, lastModified: now}
        };
        if (before) this.byKey.delete(this.key(before));
        this.byKey.set(this.key(stored), id);
        this.byId.set(id, stored);
        return stored;
    }

    read(resource) {
        if (resource.id) {
            const found = this.byId.get(resource.id);
            if (!found) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
            return found;
        }
        // The one filter that an integrator answers from an index.
        const wanted = resource.filter?.length === 1 ? resource.filter[0][this.indexed] : undefined;
        if (Array.isArray(wanted) && wanted[0] === "eq") {
            const id = this.byKey.get(String(wanted[1]).toLowerCase());
            return id ? [this.byId.get(id)] : [];
        }
        return [...this.byId.values()];
    }

    remove(resource) {
        const found = this.read(resource);
        this.byKey.delete(this.key(found));
        this.byId.delete(found.id);
    }
}

for (const [type, indexed] of [[SCIMMY.Resources.User, "userName"], [SCIMMY.Resources.Group, "displayName"]]) {
    const store = new Store(indexed);
    SCIMMY.Resources.declare(type, {
        ingress: (resource, value) => store.write(resource, value),
        egress: (resource) => store.read(resource),
        degress: (resource) => store.remove(resource)
    });
}

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("The token is not known");
        return "client";
    }
}));
app.listen(Number(port), "127.0.0.1");
