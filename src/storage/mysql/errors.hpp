#pragma once

#include <initializer_list>

/// The server's error numbers that mean something to us (MySQL and MariaDB error reference).
namespace pay::mysql::error {

inline constexpr unsigned database_access_denied = 1044;
inline constexpr unsigned access_denied = 1045;
inline constexpr unsigned not_ready = 1047;  // Galera: the node has left its cluster, or is joining
inline constexpr unsigned unknown_database = 1049;
inline constexpr unsigned table_exists = 1050;
inline constexpr unsigned server_shutdown = 1053;
inline constexpr unsigned duplicate_column = 1060;
inline constexpr unsigned duplicate_index = 1061;
inline constexpr unsigned duplicate_key = 1062;
inline constexpr unsigned nothing_to_drop = 1091;
inline constexpr unsigned table_access_denied = 1142;
inline constexpr unsigned unknown_table = 1146;
inline constexpr unsigned lock_wait_timeout = 1205;
inline constexpr unsigned deadlock = 1213;
inline constexpr unsigned out_of_range = 1264;
inline constexpr unsigned access_denied_no_password = 1698;
inline constexpr unsigned connection_killed = 1927;     // MariaDB
inline constexpr unsigned rolled_back_by_group = 3101;  // Group Replication: certification said no
inline constexpr unsigned session_killed = 3169;        // MySQL
inline constexpr unsigned idle_too_long = 4031;         // MySQL

inline bool is_one_of(unsigned code, std::initializer_list<unsigned> codes) {
  for (const unsigned each : codes) {
    if (each == code) return true;
  }
  return false;
}

/// Another transaction was in the way (0: Galera stopped without a word); this one is rolled back and may be
/// tried again.
inline bool is_conflict(unsigned code) {
  return is_one_of(code, {0, deadlock, lock_wait_timeout, rolled_back_by_group});
}

/// The connection is of no more use: the client library's own errors (2000 …), and what a server says last.
inline bool is_disconnect(unsigned code) {
  return (code >= 2000 && code < 3000) ||
         is_one_of(code, {server_shutdown, connection_killed, session_killed, idle_too_long});
}

/// The server cannot write now, whatever is asked: out of disk (1021, 1114, 1026, 1030), read-only (1290,
/// 1836, 1792), without its group (1047, 3100).
inline bool is_unavailable(unsigned code) {
  return is_one_of(code, {1021, 1026, 1030, 1114, 1290, 1792, 1836, not_ready, 3100});
}

}  // namespace pay::mysql::error
