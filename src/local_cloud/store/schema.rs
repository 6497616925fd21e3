//! The tables as diesel sees them; the migrations in `migrations/local_cloud/` are the truth.

diesel::table! {
    folders (id) {
        id -> Text,
        parent_id -> Nullable<Text>,
        name -> Text,
        name_key -> Text,
        depth -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        folder_id -> Text,
        kind -> Text,
        name -> Text,
        display_name -> Text,
        display_name_key -> Text,
        join_method -> Text,
        status -> Text,
        console_session_seconds -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        is_member -> Bool,
        joined_at -> Nullable<BigInt>,
        payer_account_id -> Nullable<Text>,
    }
}

diesel::table! {
    resource_directories (id) {
        id -> Text,
        root_folder_id -> Text,
        management_account_id -> Text,
        created_at -> BigInt,
        control_policy_enabled -> Bool,
        member_deletion_enabled -> Bool,
        display_name_sync_enabled -> Bool,
    }
}

diesel::table! {
    access_keys (id) {
        id -> Text,
        account_id -> Text,
        holder -> Text,
        service -> Nullable<Text>,
        user_id -> Nullable<Text>,
        sealed_secret -> Text,
        status -> Text,
        last_used_at -> Nullable<BigInt>,
        last_used_service -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        name_key -> Text,
        display_name -> Text,
        email -> Text,
        mobile_phone -> Text,
        comments -> Text,
        provision_type -> Text,
        last_login_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        orphaned_at -> Nullable<BigInt>,
        owner_id -> Nullable<Text>,
    }
}

diesel::table! {
    login_profiles (user_id) {
        user_id -> Text,
        password_hash -> Nullable<Text>,
        password_set_at -> BigInt,
        password_reset_required -> Bool,
        mfa_bind_required -> Bool,
        status -> Text,
        is_initial -> Bool,
        failed_attempts -> BigInt,
        first_failed_at -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    previous_passwords (user_id, password_hash) {
        user_id -> Text,
        password_hash -> Text,
        set_at -> BigInt,
    }
}

diesel::table! {
    groups (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        name_key -> Text,
        display_name -> Text,
        comments -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    group_members (group_id, user_id) {
        group_id -> Text,
        user_id -> Text,
        joined_at -> BigInt,
    }
}

diesel::table! {
    mfa_devices (serial_number) {
        serial_number -> Text,
        account_id -> Text,
        name_key -> Text,
        sealed_secret -> Text,
        user_id -> Nullable<Text>,
        last_step -> BigInt,
        activated_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    account_aliases (account_id) {
        account_id -> Text,
        alias -> Text,
        alias_key -> Text,
    }
}

diesel::table! {
    account_settings (account_id, kind) {
        account_id -> Text,
        kind -> Text,
        document -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    roles (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        name_key -> Text,
        description -> Text,
        trust_policy -> Text,
        max_session_seconds -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        allow_console_login -> Bool,
    }
}

diesel::table! {
    policies (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        name_key -> Text,
        description -> Text,
        versions_made -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    policy_versions (policy_id, number) {
        policy_id -> Text,
        number -> BigInt,
        document -> Text,
        is_default -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    attachments (holder_id, policy_type, policy_name_key) {
        holder_id -> Text,
        holder_kind -> Text,
        policy_type -> Text,
        policy_name -> Text,
        policy_name_key -> Text,
        policy_id -> Nullable<Text>,
        attached_at -> BigInt,
    }
}

diesel::table! {
    saml_providers (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        name_key -> Text,
        description -> Text,
        metadata -> Text,
        authn_sign_algorithm -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    temporary_credentials (access_key_id) {
        access_key_id -> Text,
        sealed_secret -> Text,
        token_digest -> Text,
        role_id -> Text,
        session_name -> Text,
        session_policy -> Nullable<Text>,
        source_identity -> Nullable<Text>,
        issued_to -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        mfa_present -> Bool,
    }
}

diesel::table! {
    console_sessions (id) {
        id -> Text,
        browser_digest -> Text,
        role_id -> Nullable<Text>,
        user_id -> Nullable<Text>,
        owner_of -> Nullable<Text>,
        came_by -> Text,
        switched_from -> Nullable<Text>,
        session_name -> Text,
        source_identity -> Nullable<Text>,
        mfa_present -> Bool,
        provider_name -> Nullable<Text>,
        issuer -> Nullable<Text>,
        name_id -> Nullable<Text>,
        name_id_format -> Nullable<Text>,
        session_index -> Nullable<Text>,
        metadata_digest -> Nullable<Text>,
        started_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    session_metadata (digest) {
        digest -> Text,
        document -> Text,
    }
}

diesel::table! {
    sign_ins (token_digest) {
        token_digest -> Text,
        user_id -> Nullable<Text>,
        owner_of -> Nullable<Text>,
        stage -> Text,
        password_hash -> Text,
        sealed_secret -> Nullable<Text>,
        codes_tried -> BigInt,
        landing -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        document -> Text,
        counter -> BigInt,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkey_challenges (holder) {
        holder -> Text,
        state -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sign_in_places (user_id, source) {
        user_id -> Text,
        source -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    owner_logins (account_id) {
        account_id -> Text,
        password_hash -> Text,
        sealed_password -> Nullable<Text>,
        password_set_at -> BigInt,
        failed_attempts -> BigInt,
        first_failed_at -> BigInt,
        sealed_secret -> Nullable<Text>,
        last_step -> BigInt,
        activated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    logouts (issuer, name_id, session_index, key_digest, issued_at) {
        issuer -> Text,
        name_id -> Text,
        session_index -> Text,
        key_digest -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    used_nonces (access_key_id, nonce) {
        access_key_id -> Text,
        nonce -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    used_assertions (issuer, assertion_id) {
        issuer -> Text,
        assertion_id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    tags (account_id, resource_type, resource_id, tag_key) {
        account_id -> Text,
        resource_type -> Text,
        resource_id -> Text,
        tag_key -> Text,
        tag_value -> Text,
    }
}

diesel::table! {
    control_policies (id) {
        id -> Text,
        name -> Text,
        name_key -> Text,
        description -> Text,
        document -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    control_policy_attachments (target_id, policy_id) {
        policy_id -> Text,
        target_id -> Text,
        attached_at -> BigInt,
    }
}

diesel::table! {
    handshakes (id) {
        id -> Text,
        target_entity -> Text,
        target_type -> Text,
        account_id -> Text,
        note -> Text,
        parent_folder_id -> Text,
        status -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    delegated_administrators (account_id, service) {
        account_id -> Text,
        service -> Text,
        delegated_at -> BigInt,
    }
}

diesel::table! {
    account_deletions (account_id) {
        account_id -> Text,
        checked_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oidc_providers (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        name_key -> Text,
        description -> Text,
        issuer_url -> Text,
        client_ids -> Text,
        fingerprints -> Text,
        issuance_limit_hours -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::joinable!(accounts -> folders (folder_id));
diesel::joinable!(roles -> accounts (account_id));
diesel::joinable!(owner_logins -> accounts (account_id));
diesel::joinable!(access_keys -> users (user_id));
diesel::joinable!(group_members -> groups (group_id));
diesel::joinable!(group_members -> users (user_id));
diesel::joinable!(mfa_devices -> users (user_id));
diesel::joinable!(policy_versions -> policies (policy_id));
diesel::joinable!(temporary_credentials -> roles (role_id));
diesel::joinable!(console_sessions -> accounts (owner_of));
diesel::joinable!(console_sessions -> roles (role_id));
diesel::joinable!(console_sessions -> users (user_id));
diesel::joinable!(console_sessions -> session_metadata (metadata_digest));
diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    folders,
    roles,
    temporary_credentials,
    console_sessions
);
diesel::allow_tables_to_appear_in_same_query!(accounts, owner_logins);
diesel::allow_tables_to_appear_in_same_query!(console_sessions, session_metadata);
diesel::allow_tables_to_appear_in_same_query!(console_sessions, users);
diesel::allow_tables_to_appear_in_same_query!(accounts, users);
diesel::allow_tables_to_appear_in_same_query!(roles, session_metadata);
diesel::allow_tables_to_appear_in_same_query!(roles, users);
diesel::allow_tables_to_appear_in_same_query!(session_metadata, users);
diesel::allow_tables_to_appear_in_same_query!(policies, policy_versions);
diesel::allow_tables_to_appear_in_same_query!(access_keys, group_members, groups, mfa_devices, tags, users);
diesel::allow_tables_to_appear_in_same_query!(attachments, groups);
diesel::allow_tables_to_appear_in_same_query!(attachments, roles);
diesel::allow_tables_to_appear_in_same_query!(attachments, users);
