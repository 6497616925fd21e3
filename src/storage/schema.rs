//! The tables, as the migrations leave them.

diesel::table! {
    directories (id) {
        id -> Text,
        name -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        scim_status -> Text,
    }
}
diesel::table! {
    administrators (id) { id -> Text, user_name -> Text, user_name_key -> Text, status -> Text, created_at -> BigInt, }
}
diesel::table! { services (id) { id -> Text, status -> Text, updated_at -> BigInt, } }
diesel::table! {
    machine_identities (id) { id -> Text, name -> Text, name_key -> Text, status -> Text, created_at -> BigInt, }
}
diesel::table! {
    machine_policies (machine_identity_id, name) { machine_identity_id -> Text, name -> Text, document -> Text, }
}
diesel::table! {
    access_keys (id) {
        id -> Text,
        holder_id -> Text,
        sealed_secret -> Text,
        status -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    used_nonces (access_key_id, nonce) { access_key_id -> Text, nonce -> Text, expires_at -> BigInt, }
}
diesel::table! { tags (resource_id, key) { resource_id -> Text, key -> Text, value -> Text, } }
diesel::table! {
    users (id) {
        id -> Text,
        directory_id -> Text,
        user_name -> Text,
        user_name_key -> Text,
        display_name -> Text,
        first_name -> Text,
        last_name -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        description -> Text,
        status -> Text,
        provision_type -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        external_id -> Nullable<Text>,
        version -> BigInt,
        connector_id -> Nullable<Text>,
        profile -> Text,
        search -> Text,
    }
}
diesel::table! {
    groups (id) {
        id -> Text,
        directory_id -> Text,
        group_name -> Text,
        group_name_key -> Text,
        description -> Text,
        provision_type -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
        connector_id -> Nullable<Text>,
        external_id -> Nullable<Text>,
    }
}
diesel::table! { user_emails (email_key, user_id) { email_key -> Text, user_id -> Text, } }
diesel::table! { memberships (group_id, user_id) { group_id -> Text, user_id -> Text, created_at -> BigInt, } }
diesel::table! {
    group_memberships (group_id, member_id) { group_id -> Text, member_id -> Text, created_at -> BigInt, }
}
diesel::table! { group_ancestors (group_id, ancestor_id) { group_id -> Text, ancestor_id -> Text, } }
diesel::table! { resource_counts (kind, shard) { kind -> Text, shard -> BigInt, count -> BigInt, } }
diesel::table! {
    passwords (principal_id) { principal_id -> Text, hash -> Text, must_change -> Bool, changed_at -> BigInt, }
}
diesel::table! {
    mfa_devices (id) {
        id -> Text,
        principal_id -> Text,
        name -> Text,
        sealed_secret -> Text,
        last_step -> BigInt,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    applications (id) {
        id -> Text,
        directory_id -> Text,
        name -> Text,
        name_key -> Text,
        status -> Text,
        entity_id -> Text,
        settings -> Text,
        metadata -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}
diesel::table! {
    application_assignments (application_id, assignee_id) {
        application_id -> Text,
        assignee_id -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    persistent_names (entity_id, user_id) {
        entity_id -> Text,
        user_id -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    application_sessions (id) {
        id -> Text,
        session_id -> Text,
        user_id -> Text,
        application_id -> Text,
        name_id_format -> Text,
        name_id -> Text,
        started_at -> BigInt,
        expires_at -> BigInt,
    }
}
diesel::table! {
    single_logouts (id) {
        id -> Text,
        token_digest -> Text,
        user_id -> Text,
        application_id -> Nullable<Text>,
        request_id -> Nullable<Text>,
        relay_state -> Text,
        answer_by -> Nullable<Text>,
        expires_at -> BigInt,
    }
}
diesel::table! {
    single_logout_participants (single_logout_id, application_session_id) {
        single_logout_id -> Text,
        application_session_id -> Text,
        application_id -> Text,
        name_id_format -> Text,
        name_id -> Text,
        outcome -> Text,
        message_id -> Nullable<Text>,
    }
}
diesel::table! {
    used_message_ids (entity_id, message_id) {
        entity_id -> Text,
        message_id -> Text,
        expires_at -> BigInt,
    }
}
diesel::table! {
    sign_ins (id) {
        id -> Text,
        token_digest -> Text,
        principal_id -> Text,
        stage -> Text,
        sealed_totp_secret -> Nullable<Text>,
        attempts -> BigInt,
        next -> Nullable<Text>,
        expires_at -> BigInt,
    }
}
diesel::table! {
    sessions (id) {
        id -> Text,
        token_digest -> Text,
        principal_id -> Text,
        method -> Text,
        source_address -> Text,
        user_agent -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
    }
}
diesel::table! {
    failure_counters (key) {
        key -> Text,
        failures -> BigInt,
        first_at -> BigInt,
        blocked_until -> BigInt,
        expires_at -> BigInt,
    }
}
diesel::table! { folders (id) { id -> Text, parent_id -> Nullable<Text>, name -> Text, } }
diesel::table! { resource_directories (id) { id -> Text, root_folder_id -> Text, } }
diesel::table! {
    accounts (id) { id -> Text, name -> Text, folder_id -> Text, kind -> Text, left_at -> Nullable<BigInt>, }
}
diesel::table! { account_targets (account_id, target_id) { account_id -> Text, target_id -> Text, } }
diesel::table! {
    access_configurations (id) {
        id -> Text,
        directory_id -> Text,
        name -> Text,
        name_key -> Text,
        description -> Text,
        session_seconds -> BigInt,
        relay_state -> Text,
        revision -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}
diesel::table! {
    permission_policies (access_configuration_id, kind, name) {
        access_configuration_id -> Text,
        kind -> Text,
        name -> Text,
        document -> Nullable<Text>,
        added_at -> BigInt,
    }
}
diesel::table! {
    access_assignments (access_configuration_id, target_id, assignee_id) {
        access_configuration_id -> Text,
        target_id -> Text,
        assignee_id -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    provisionings (access_configuration_id, account_id) {
        access_configuration_id -> Text,
        account_id -> Text,
        status -> Text,
        revision -> BigInt,
        trust_digest -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}
diesel::table! {
    tasks (id) {
        id -> Text,
        kind -> Text,
        status -> Text,
        access_configuration_id -> Nullable<Text>,
        target_id -> Text,
        account_id -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        assignee_id -> Nullable<Text>,
        deprovisions -> Bool,
        attempts -> BigInt,
        next_at -> BigInt,
        started_at -> Nullable<BigInt>,
        failure_reason -> Nullable<Text>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}
diesel::table! { drift_reports (account_id) { account_id -> Text, compared_at -> BigInt, } }
diesel::table! {
    drift_differences (account_id, object_kind, object_name, part) {
        account_id -> Text,
        object_kind -> Text,
        object_name -> Text,
        part -> Text,
        finding -> Text,
        access_configuration_id -> Nullable<Text>,
    }
}
diesel::table! {
    account_leases (account_id) { account_id -> Text, owner -> Text, fence -> BigInt, lease_until -> BigInt, }
}
diesel::table! {
    signing_keys (id) {
        id -> Text,
        purpose -> Text,
        kind -> Text,
        state -> Text,
        state_since -> BigInt,
        sealed_private_key -> Text,
        certificate -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    events (id) {
        id -> Text,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        target -> Text,
        detail -> Text,
        request_id -> Text,
        source_address -> Text,
    }
}
diesel::table! {
    user_provisionings (id) {
        id -> Text,
        account_id -> Text,
        assignee_id -> Text,
        description -> Text,
        duplication_strategy -> Text,
        deletion_strategy -> Text,
        status -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}
diesel::table! {
    user_provisioning_events (id) {
        id -> Text,
        user_provisioning_id -> Text,
        account_id -> Text,
        user_id -> Text,
        source -> Text,
        duplication_strategy -> Text,
        deletion_strategy -> Text,
        error_count -> BigInt,
        error -> Text,
        tried_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}
diesel::table! {
    provisioned_users (account_id, user_id) {
        account_id -> Text,
        user_id -> Text,
        ram_user_name -> Text,
        ram_user_name_key -> Text,
        principal_name -> Text,
        status -> Text,
        taken_over -> Nullable<Text>,
        has_permissions -> Bool,
        looked_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}
diesel::table! {
    account_user_sso (account_id) {
        account_id -> Text,
        status -> Text,
        trust_digest -> Text,
        metadata_digest -> Text,
        session_hours -> BigInt,
        previous -> Text,
        updated_at -> BigInt,
    }
}
diesel::table! {
    user_provisioning_configurations (directory_id) {
        directory_id -> Text,
        session_hours -> BigInt,
        landing_page -> Text,
        updated_at -> BigInt,
    }
}
diesel::table! {
    console_sessions (id) {
        id -> Text,
        user_id -> Text,
        account_id -> Text,
        access_configuration_id -> Nullable<Text>,
        identity -> Text,
        name_id -> Text,
        method -> Text,
        source_address -> Text,
        user_agent -> Text,
        started_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        logout_due_at -> Nullable<BigInt>,
        logout_attempts -> BigInt,
        logout_error -> Text,
    }
}
diesel::table! {
    role_cutoffs (access_configuration_id, account_id) {
        access_configuration_id -> Text,
        account_id -> Text,
        denied_before -> BigInt,
        expires_at -> BigInt,
    }
}
diesel::table! {
    scim_connectors (id) {
        id -> Text,
        directory_id -> Text,
        name -> Text,
        name_key -> Text,
        dialect -> Text,
        adoption -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        last_request_at -> Nullable<BigInt>,
        last_write_at -> Nullable<BigInt>,
        last_refusal_at -> Nullable<BigInt>,
        last_refusal_code -> Text,
        last_refusal_detail -> Text,
        held_at -> Nullable<BigInt>,
        held_users -> BigInt,
        held_memberships -> BigInt,
        allowed_until -> Nullable<BigInt>,
    }
}
diesel::table! {
    scim_credentials (id) {
        id -> Text,
        connector_id -> Text,
        token_digest -> Text,
        hint -> Text,
        scope -> Text,
        status -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        last_used_from -> Text,
    }
}
diesel::table! {
    scim_requests (connector_id, request_id) {
        connector_id -> Text,
        request_id -> Text,
        at -> BigInt,
        credential_id -> Text,
        source_address -> Text,
        method -> Text,
        path -> Text,
        status -> BigInt,
        scim_type -> Nullable<Text>,
        detail -> Text,
        understood -> Text,
        body_bytes -> BigInt,
        duration_micros -> BigInt,
    }
}
diesel::table! {
    scim_mass_changes (connector_id, minute) {
        connector_id -> Text,
        minute -> BigInt,
        users -> BigInt,
        memberships -> BigInt,
        users_before -> BigInt,
        memberships_before -> BigInt,
    }
}
diesel::joinable!(single_logout_participants -> single_logouts (single_logout_id));
diesel::allow_tables_to_appear_in_same_query!(single_logouts, single_logout_participants);
diesel::joinable!(scim_credentials -> scim_connectors (connector_id));
diesel::joinable!(scim_connectors -> directories (directory_id));
diesel::allow_tables_to_appear_in_same_query!(directories, scim_connectors, scim_credentials);
diesel::allow_tables_to_appear_in_same_query!(
    users,
    groups,
    memberships,
    group_memberships,
    group_ancestors,
    accounts,
    account_targets,
    access_configurations,
    access_assignments,
    provisionings,
    sessions,
    passwords,
    tasks,
    account_leases,
    tags,
    drift_reports,
    drift_differences,
    user_provisionings,
    user_provisioning_events,
    provisioned_users,
    account_user_sso,
    console_sessions,
    application_assignments,
);
