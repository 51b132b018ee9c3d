#include "meta_rules.hpp"

#include <algorithm>
#include <array>

namespace amt {
namespace {

// Exponents x for which Python's math.log(2 ** x, 2) is not exactly x with glibc 2.36's logarithm:
// mido then considers a time signature's denominator not to be a power of two. The values are
// tabulated because another C library's logarithm would reject other files.
constexpr auto kInexactLogarithms = std::to_array<Byte>(
    {29,  31,  39,  47,  51,  55,  58,  59,  62,  78,  93,  94,  95,  101, 102, 109, 110,
     116, 117, 118, 124, 125, 141, 156, 171, 179, 186, 187, 188, 189, 190, 201, 202, 203,
     204, 205, 217, 218, 219, 220, 221, 232, 233, 234, 235, 236, 247, 248, 249, 250, 251});

void need(std::span<const Byte> payload, std::size_t bytes, const char* reason,
          std::size_t offset) {
  if (payload.size() < bytes) reject(reason, offset);
}

void check_sequence_number(std::span<const Byte> payload, std::size_t offset) {
  if (payload.size() == 1) reject("a sequence number of one byte", offset);
}

MessageBody tempo(std::span<const Byte> payload, std::size_t offset) {
  need(payload, 3, "a tempo of less than three bytes", offset);
  return tempo_body(static_cast<std::uint32_t>(payload[0] << 16 | payload[1] << 8 | payload[2]));
}

void check_smpte_offset(std::span<const Byte> payload, std::size_t offset) {
  need(payload, 5, "an SMPTE offset of less than five bytes", offset);
  if (payload[1] > 59) reject("an SMPTE offset with more than 59 minutes", offset);
  if (payload[2] > 59) reject("an SMPTE offset with more than 59 seconds", offset);
  if (payload[4] > 99) reject("an SMPTE offset with more than 99 sub-frames", offset);
}

void check_time_signature(std::span<const Byte> payload, std::size_t offset) {
  need(payload, 4, "a time signature of less than four bytes", offset);
  if (std::ranges::binary_search(kInexactLogarithms, payload[1])) {
    reject("a time signature whose denominator the reference rejects", offset);
  }
}

void check_key_signature(std::span<const Byte> payload, std::size_t offset) {
  need(payload, 2, "a key signature of less than two bytes", offset);
  const std::int8_t key = payload[0];
  if (key < -7 || key > 7 || payload[1] > 1) reject("an unknown key signature", offset);
}

}  // namespace

MessageBody meta_message(Byte type, std::span<const Byte> payload, std::size_t offset) {
  switch (type) {
    case 0x00:
      check_sequence_number(payload, offset);
      break;
    case 0x20:
      need(payload, 1, "an empty channel prefix", offset);
      break;
    case 0x2F:
      return make_body(MessageKind::kEndOfTrack);
    case 0x51:
      return tempo(payload, offset);
    case 0x54:
      check_smpte_offset(payload, offset);
      break;
    case 0x58:
      check_time_signature(payload, offset);
      break;
    case 0x59:
      check_key_signature(payload, offset);
      break;
    case 0x01:
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x05:
    case 0x06:
    case 0x07:
    case 0x09:  // text
    case 0x21:  // port
    case 0x7F:  // sequencer
      break;
    default:
      reject("a meta event of unknown type, which mido 1.2.10 cannot play", offset);
  }
  return make_body(MessageKind::kMark);
}

}  // namespace amt
