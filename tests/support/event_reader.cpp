#include "event_reader.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "amt/base/files.hpp"

namespace amt::test {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// Computes the masked CRC bit by bit, as defined.
std::uint32_t plain_masked_crc(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

template <class T>
T number(const std::string& bytes, std::size_t at) {
  T value{};
  require(at + sizeof(T) <= bytes.size(), "a number extends beyond the end");
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

std::uint64_t varint(const std::string& bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = number<unsigned char>(bytes, at++);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
}

/// Calls the function with each field's number and bytes; a varint is passed as 8 bytes.
void for_each_field(const std::string& message,
                    const std::function<void(std::uint64_t, const std::string&)>& field) {
  for (std::size_t at = 0; at < message.size();) {
    const std::uint64_t tag = varint(message, at);
    std::size_t size = 0;
    std::uint64_t value = 0;
    switch (tag & 7) {
      case 0:
        value = varint(message, at);
        field(tag >> 3, std::string(reinterpret_cast<const char*>(&value), sizeof(value)));
        continue;
      case 1:
        size = 8;
        break;
      case 2:
        size = varint(message, at);
        break;
      case 5:
        size = 4;
        break;
      default:
        throw std::runtime_error("unknown wire type");
    }
    require(at + size <= message.size(), "a field extends beyond the end");
    field(tag >> 3, message.substr(at, size));
    at += size;
  }
}

void read_value(const std::string& bytes, ReadEvent& event) {
  std::string tag;
  float value = 0;
  for_each_field(bytes, [&](std::uint64_t field, const std::string& content) {
    if (field == 1) tag = content;
    if (field == 2) value = number<float>(content, 0);
  });
  event.scalars[tag] = value;
}

ReadEvent read_event(const std::string& bytes) {
  ReadEvent event;
  for_each_field(bytes, [&](std::uint64_t field, const std::string& content) {
    if (field == 1) event.wall_time = number<double>(content, 0);
    if (field == 2) event.step = number<std::int64_t>(content, 0);
    if (field == 3) event.file_version = content;
    if (field == 5) {
      for_each_field(content, [&](std::uint64_t, const std::string& v) { read_value(v, event); });
    }
    if (field == 7) {
      for_each_field(content, [&](std::uint64_t, const std::string& v) {
        event.session_status = static_cast<int>(number<std::uint64_t>(v, 0));
      });
    }
  });
  return event;
}

}  // namespace

std::vector<ReadEvent> read_events(const std::filesystem::path& file) {
  const std::string bytes = read_text(file);
  std::vector<ReadEvent> events;
  for (std::size_t at = 0; at + 12 <= bytes.size();) {
    const std::string length = bytes.substr(at, 8);
    require(plain_masked_crc(length) == number<std::uint32_t>(bytes, at + 8),
            "wrong CRC of a length");
    const std::size_t size = number<std::uint64_t>(length, 0);
    if (at + 16 + size > bytes.size()) break;  // truncated
    const std::string data = bytes.substr(at + 12, size);
    require(plain_masked_crc(data) == number<std::uint32_t>(bytes, at + 12 + size),
            "wrong CRC of data");
    events.push_back(read_event(data));
    at += 16 + size;
  }
  return events;
}

std::vector<std::filesystem::path> event_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::map<std::int64_t, float> shown(const std::filesystem::path& folder, const std::string& tag) {
  std::map<std::int64_t, float> values;
  for (const auto& file : event_files(folder)) {
    for (const ReadEvent& event : read_events(file)) {
      if (event.session_status == 1) values.erase(values.lower_bound(event.step), values.end());
      const auto found = event.scalars.find(tag);
      if (found != event.scalars.end()) values[event.step] = found->second;
    }
  }
  return values;
}

}  // namespace amt::test
