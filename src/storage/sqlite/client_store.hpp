#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// Writes by itself, beside the one writer: rarely, and for a moment.
class SqliteClientStore final : public ClientStore {
 public:
  explicit SqliteClientStore(const std::string& path);

  std::vector<Client> list_clients() override;
  bool add_client(const Client& client) override;
  bool update_client(const Client& client) override;
  bool remove_client(std::string_view name) override;
  bool add_key(std::string_view client, const ClientKey& key) override;
  bool remove_key(std::string_view client, std::string_view key_id) override;
  Adopted adopt_payments(std::string_view client, PaymentId after) override;

 private:
  /// How many rows the statement changed.
  std::int64_t run(Statement& statement);

  Connection connection_;
  Statement list_, insert_client_, update_client_, delete_client_, insert_key_, delete_key_, delete_keys_;
  Statement end_of_step_, adopt_;
};

}  // namespace pay::sqlite
