#include "event_reader.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "meta_rules.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kLongestPayload = 1'000'000;  // mido's MAX_MESSAGE_LENGTH

std::span<const Byte> take_payload(const ByteRange& range, const Byte*& at) {
  const Byte* length_at = at;
  const std::uint64_t length = take_quantity(range, at);
  if (length > kLongestPayload) reject("a message over 1,000,000 bytes", range.offset(length_at));
  if (std::cmp_greater(length, range.end - at)) {
    reject("an event runs past the end of its track", range.offset(length_at));
  }
  const std::span<const Byte> payload(at, length);
  at += length;
  return payload;
}

/// F0 and F7 are treated alike: a leading F0 and a trailing F7 are removed, the rest is data.
void check_exclusive(std::span<const Byte> payload, std::size_t offset) {
  if (!payload.empty() && payload.front() == 0xF0) payload = payload.subspan(1);
  if (!payload.empty() && payload.back() == 0xF7) payload = payload.first(payload.size() - 1);
  if (std::ranges::any_of(payload, [](Byte byte) { return byte > 0x7F; })) {
    reject("a system exclusive message with a byte over 127", offset);
  }
}

/// Returns the number of data bytes of a system message, F1 to FE.
int system_data_bytes(Byte status, std::size_t offset) {
  switch (status) {
    case 0xF1:
    case 0xF3:
      return 1;
    case 0xF2:
      return 2;
    case 0xF6:
    case 0xF8:
    case 0xFA:
    case 0xFB:
    case 0xFC:
    case 0xFE:
      return 0;
    default:
      reject("an undefined status (F4, F5, F9 or FD)", offset);
  }
}

}  // namespace

ReadBody read_system_event(const ByteRange& range, const Byte* at, Byte status, bool running) {
  const std::size_t offset = range.offset(at - 1);
  if (status == 0xFF) {
    const Byte type = take_byte(range, at);
    const std::span<const Byte> payload = take_payload(range, at);
    return {meta_message(type, payload, offset), at};
  }
  if (status == 0xF0 || status == 0xF7) {  // in running status the data byte is lost, as in mido
    check_exclusive(take_payload(range, at), offset);
    return {make_body(MessageKind::kMark), at};
  }
  const int bytes = system_data_bytes(status, offset) - (running ? 1 : 0);
  if (bytes < 0) reject("running status after a message without data", offset);
  for (int i = 0; i < bytes; ++i) {
    if (take_byte(range, at) > 0x7F) reject("a data byte over 127", range.offset(at - 1));
  }
  return {make_body(MessageKind::kMark), at};
}

}  // namespace amt
