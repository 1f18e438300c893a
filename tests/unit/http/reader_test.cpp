// Goal: the reading logic without a socket: it forgets what it read, and understands a stream of bytes in the
// same way however the network cuts it. Method: direct feeding; random streams from a printed seed.
#include <gtest/gtest.h>

#include <random>

#include "unit/http/feed.hpp"

namespace pay::http {
namespace {

const std::string card = "4242424242424242";

bool is_anywhere(const RequestReader& reader, std::string_view text) {
  const auto space = reader.free_space();
  return std::string_view(space.data(), space.size()).find(text) != std::string_view::npos;
}

void give(RequestReader& reader, std::string_view bytes) {
  std::ranges::copy(bytes, reader.free_space().begin());
}

TEST(RequestReader, wipes_what_it_read) {
  const Limits limits;
  RequestIds ids;
  RequestReader reader(limits, ids);
  const auto request = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\nA: " + card + "\r\n\r\n" + card;
  give(reader, request);
  const auto body_before = reader.received(request.size());
  ASSERT_EQ(body_before, RequestReader::Progress::whole);
  EXPECT_EQ(reader.request().body, card);
  reader.finish();
  EXPECT_EQ(reader.free_space().size(), 8 * 1024);
  EXPECT_FALSE(is_anywhere(reader, card.substr(4)));
}

TEST(RequestReader, keeps_what_follows_and_wipes_the_rest) {
  const Limits limits;
  RequestIds ids;
  RequestReader reader(limits, ids);
  const std::string first = "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n" + card;
  const std::string second = "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n";
  give(reader, first + second);
  ASSERT_EQ(reader.received(first.size() + second.size()), RequestReader::Progress::whole);
  EXPECT_EQ(reader.request().path, "/1");
  reader.finish();
  EXPECT_FALSE(is_anywhere(reader, card.substr(4)));
  ASSERT_EQ(reader.next(), RequestReader::Progress::whole);
  EXPECT_EQ(reader.request().path, "/2");
  EXPECT_EQ(reader.request().body, "");
}

TEST(RequestReader, empty_lines_alone_need_no_more_memory) {
  const Limits limits;
  RequestIds ids;
  RequestReader reader(limits, ids);
  for (int at = 0; at < 100'000; ++at) {
    give(reader, "\r\n");
    ASSERT_EQ(reader.received(2), RequestReader::Progress::need_more);
  }
  EXPECT_LE(reader.free_space().size(), 8 * 1024);
}

TEST(RequestReader, understands_the_same_however_the_bytes_are_cut) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", static_cast<int>(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 3'000; ++round) {
    const auto stream = random_stream(random);
    const auto whole = understand(stream, stream.size());
    const auto size = 1 + random() % 40;
    ASSERT_EQ(understand(stream, size), whole)
        << "seed " << seed << " round " << round << " pieces of " << size << "\n"
        << stream;
  }
}

}  // namespace
}  // namespace pay::http
