#include "unit/http/feed.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace pay::http {
namespace {

using Progress = RequestReader::Progress;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string describe(const Request& request, const Limits& limits) {
  require(request.path.starts_with('/') || request.path == "*");
  require(request.body.size() <= limits.body_bytes);
  require(request.headers.size() <= limits.header_fields);
  require(request.count("Host") <= 1 && request.count("Content-Length") <= 1);
  std::string text = std::string(request.method) + " " + request.path + "?" + std::string(request.query);
  for (const auto& [name, value] : request.headers) text.append("|").append(name).append(":").append(value);
  return text.append("|").append(request.body);
}

const std::array<std::string, 8> samples = {
    "GET /payments/1 HTTP/1.1\r\nHost: payments_api:5009\r\n\r\n",
    "GET http://x/payments?limit=10&cursor=%41 HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
    "POST /payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n"
    "{\"user_id\":1}",
    "POST /payments/process/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;a=\"b\"\r\n{\"a\":\r\n2\r\n1}\r\n0\r\nA: b\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "HEAD /%70?%zz HTTP/1.0\r\nConnection: keep-alive\r\nX-Request-Id: a.b\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: [::1]\r\n\r\n",
    "\r\nDELETE //payments/1 HTTP/1.1\r\nhost: x\r\nIdempotency-Key: \"k\"\r\n\r\n",
};

/// What parsers of HTTP have stumbled over.
const std::array<std::string, 12> stumbling_blocks = {
    "\r\n", "\n", "\r", " ", ":", "\r\n\r\n", "0\r\n", "\t", "\"", "%", "\r\n ", std::string(1, '\0')};

void mutate(std::string& text, std::mt19937& random) {
  const auto at = [&] { return static_cast<std::ptrdiff_t>(random() % (text.size() + 1)); };
  if (text.empty()) return;
  switch (random() % 6) {
    case 0:
      text[random() % text.size()] = static_cast<char>(random());
      break;
    case 1:
      text[random() % text.size()] ^= static_cast<char>(1U << (random() % 8));
      break;
    case 2:
      text.resize(random() % text.size());
      break;
    case 3:
      text.erase(random() % text.size(), 1 + random() % 4);
      break;
    case 4:
      text.insert(static_cast<std::size_t>(at()), stumbling_blocks[random() % stumbling_blocks.size()]);
      break;
    default: {
      const auto from = static_cast<std::size_t>(at());
      text.insert(static_cast<std::size_t>(at()), text.substr(from, random() % 30));
    }
  }
}

}  // namespace

std::vector<std::string> understand(std::string_view stream, std::size_t piece_bytes) {
  const Limits limits;
  RequestIds ids;
  RequestReader reader(limits, ids);
  std::vector<std::string> understood;
  auto progress = Progress::need_more;
  while (progress != Progress::ended) {
    if (progress == Progress::whole) {
      understood.push_back(describe(reader.request(), limits) + (reader.keep_alive() ? "|keep" : "|close"));
      reader.finish();
      progress = reader.next();
    } else if (progress == Progress::refused) {
      understood.push_back("refused " + std::to_string(static_cast<int>(reader.fault())));
      require(!reader.request().request_id.empty());
      reader.abandon();
      return understood;
    } else if (stream.empty()) {
      progress = reader.input_ended();
    } else {
      const auto space = reader.free_space();
      require(!space.empty());
      const auto piece = stream.substr(0, std::min(piece_bytes, space.size()));
      std::ranges::copy(piece, space.begin());
      stream.remove_prefix(piece.size());
      progress = reader.received(piece.size());
    }
  }
  return understood;
}

std::string random_stream(std::mt19937& random) {
  std::string stream;
  for (auto requests = 1 + random() % 3; requests > 0; --requests) {
    auto request = samples[random() % samples.size()];
    for (auto times = random() % 4; times > 0; --times) mutate(request, random);
    stream += request;
  }
  if (random() % 16 == 0) {
    std::ranges::generate(stream, [&] { return static_cast<char>(random()); });
  }
  return stream;
}

}  // namespace pay::http
