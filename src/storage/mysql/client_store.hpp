#pragma once

#include "storage/mysql/connection.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// A connection of its own, made at the first use.
class MysqlClientStore final : public ClientStore {
 public:
  explicit MysqlClientStore(Options options);

  std::vector<Client> list_clients() override;
  bool add_client(const Client& client) override;
  bool update_client(const Client& client) override;
  bool remove_client(std::string_view name) override;
  bool add_key(std::string_view client, const ClientKey& key) override;
  bool remove_key(std::string_view client, std::string_view key_id) override;
  Adopted adopt_payments(std::string_view client, PaymentId after) override;

 private:
  Connection::Outcome run(const Statements& statements, const Connection::OnRow& on_row = {});
  [[noreturn]] void explain(const SqlError& e);

  const Options options_;
  Connection connection_;
};

}  // namespace pay::mysql
