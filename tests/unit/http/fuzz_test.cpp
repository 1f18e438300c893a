// Goal: no bytes make the server stop serving, hang or answer with anything but HTTP. Method: random and
// mutated requests over real sockets, from a printed seed; the server's waits are short, so that a request
// that is never completed ends too.
#include <gtest/gtest.h>

#include "unit/http/client.hpp"
#include "unit/http/feed.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

TEST(Fuzz, the_server_still_serves) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  TestServer server(short_waits());
  for (int round = 0; round < 2'000; ++round) {
    const auto stream = random_stream(random);
    RawClient client(server.port());
    client.send(stream);
    client.end_input();
    const auto answers = client.receive_to_end();
    ASSERT_TRUE(answers.has_value()) << "seed " << seed << " round " << round << "\n" << stream;
    ASSERT_TRUE(answers->empty() || answers->starts_with("HTTP/1.1 "))
        << "seed " << seed << " round " << round << "\n"
        << stream;
  }
  RawClient client(server.port());
  client.send("GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

}  // namespace
}  // namespace pay::http
