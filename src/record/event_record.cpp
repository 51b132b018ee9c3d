#include "event_record.hpp"

#include "amt/base/crc32c.hpp"

namespace amt {
namespace {

constexpr std::size_t kLengthBytes = 8, kCrcBytes = 4;

std::string masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return little_endian((crc >> 15 | crc << 17) + 0xA282EAD8u);
}

/// Reads fields one after another, as bytes; past the end, fields are empty.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  std::string_view bytes(std::uint64_t count) {
    const std::string_view taken = rest_.substr(0, count);
    whole_ = whole_ && taken.size() == count;
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = bytes(1);
      if (byte.empty()) break;
      const std::uint64_t bits = byte[0] & 0x7F;
      value |= bits << shift;
      if ((byte[0] & 0x80) == 0) return value;
    }
    whole_ = false;
    return 0;
  }
  std::string_view message() { return bytes(varint()); }
  bool whole() const { return whole_; }

 private:
  std::string_view rest_;
  bool whole_ = true;
};

}  // namespace

std::string event_record(const std::string& event) {
  const std::string length = little_endian(event.size());
  return length + masked_crc(length) + event + masked_crc(event);
}

std::optional<std::string_view> take_event(std::string_view& rest) {
  Fields record(rest);
  const std::string_view length = record.bytes(kLengthBytes);
  if (record.bytes(kCrcBytes) != masked_crc(length)) return std::nullopt;
  std::uint64_t size = 0;
  for (std::size_t i = length.size(); i-- > 0;) size = size << 8 | (length[i] & 0xFF);
  const std::string_view event = record.bytes(size);
  if (record.bytes(kCrcBytes) != masked_crc(event) || !record.whole()) return std::nullopt;
  rest.remove_prefix(kLengthBytes + kCrcBytes + event.size() + kCrcBytes);
  return event;
}

std::optional<EventPlace> place_of(std::string_view event) {
  EventPlace place;
  for (Fields fields(event); !fields.at_end();) {
    switch (fields.bytes(1)[0] & 0xFF) {
      case kEventWallTime:
        fields.bytes(sizeof(double));
        break;
      case kEventStep:
        place.step = fields.varint();
        break;
      case kEventSummary:
        place.scalars = true;
        place.validation = fields.message().find(kValidationTag) != std::string_view::npos;
        break;
      case kEventFileVersion:
      case kEventSessionLog:
        fields.message();
        break;
      default:
        return std::nullopt;
    }
    if (!fields.whole()) return std::nullopt;
  }
  return place;
}

}  // namespace amt
