-- Groups in groups, and counts that are kept rather than counted.

CREATE TABLE group_memberships (
    group_id TEXT NOT NULL REFERENCES groups (id),
    member_id TEXT NOT NULL REFERENCES groups (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, member_id)
);
CREATE INDEX group_memberships_by_member ON group_memberships (member_id, group_id);

-- What each group is in, through however many others; every group is in itself.
CREATE TABLE group_ancestors (
    group_id TEXT NOT NULL REFERENCES groups (id),
    ancestor_id TEXT NOT NULL REFERENCES groups (id),
    PRIMARY KEY (group_id, ancestor_id)
);
CREATE INDEX group_ancestors_by_ancestor ON group_ancestors (ancestor_id, group_id);
INSERT INTO group_ancestors (group_id, ancestor_id) SELECT id, id FROM groups;

-- How many there are of a kind is the sum over its shards. There are several, so that those who write at
-- the same moment need not wait for one row.
CREATE TABLE resource_counts (
    kind TEXT NOT NULL,
    shard BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (kind, shard)
);
INSERT INTO resource_counts (kind, shard, count)
WITH RECURSIVE shards (shard) AS (
    SELECT CAST(0 AS BIGINT) UNION ALL SELECT shard + 1 FROM shards WHERE shard < 15
)
SELECT 'user', shard, 0 FROM shards
UNION ALL SELECT 'group', shard, 0 FROM shards
UNION ALL SELECT 'membership', shard, 0 FROM shards;
UPDATE resource_counts SET count = (SELECT COUNT(*) FROM users) WHERE kind = 'user' AND shard = 0;
UPDATE resource_counts SET count = (SELECT COUNT(*) FROM groups) WHERE kind = 'group' AND shard = 0;
UPDATE resource_counts SET count = (SELECT COUNT(*) FROM memberships) WHERE kind = 'membership' AND shard = 0;
