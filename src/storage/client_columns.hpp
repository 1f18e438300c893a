#pragma once

#include "storage/client_store.hpp"
#include "storage/columns.hpp"

/// The columns of who uses the service; as `columns.hpp` has it.
namespace pay::columns {

/// A client `c` and one of its keys `k`, or NULLs, in the order that `add_client_row` expects.
inline constexpr std::string_view clients_with_keys =
    "SELECT c.name, c.notify_url, c.notify_style, c.methods, c.created_at, k.key_id, k.hash, k.created_at "
    "FROM clients c LEFT JOIN client_keys k ON k.client = c.name ORDER BY c.name, k.created_at, k.key_id";

/// Empty: nobody said.
std::string methods_text(const std::optional<Methods>& methods);
std::optional<Methods> read_methods(std::string_view text);

KeyHash to_key_hash(std::string_view bytes);
inline std::string_view bytes_of(const KeyHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// Rows of one client are neighbours.
template <class Row>
void add_client_row(std::vector<Client>& clients, const Row& row) {
  if (clients.empty() || clients.back().name != row.text(0)) {
    clients.push_back({.name = std::string(row.text(0)),
                       .notify_url = std::string(row.text(1)),
                       .notify_style = known("notify_style", row.text(2), find_notify_style(row.text(2))),
                       .methods = read_methods(row.text(3)),
                       .created_at = to_time(row.integer(4)),
                       .keys = {}});
  }
  if (row.is_null(5)) return;
  clients.back().keys.push_back({.id = std::string(row.text(5)),
                                 .hash = to_key_hash(row.bytes(6)),
                                 .created_at = to_time(row.integer(7))});
}

}  // namespace pay::columns
