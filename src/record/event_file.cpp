#include "amt/record/event_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "event_record.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSessionStart = 1;

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  return bytes + static_cast<char>(value);
}

std::string field(EventTag tag, const std::string& value) { return static_cast<char>(tag) + value; }

std::string message(EventTag tag, const std::string& content) {
  return field(tag, varint(content.size()) + content);
}

std::string event(std::int64_t step, const std::string& content) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return field(kEventWallTime, little_endian(now.count())) + field(kEventStep, varint(step)) +
         content;
}

std::string summary_value(const Scalar& scalar) {
  const std::string value = little_endian(static_cast<float>(scalar.value));
  return message(kSummaryValue, message(kValueTag, scalar.name) + field(kValueSimple, value));
}

/// Returns the time in the name of an event file, in seconds; 0 for other files.
std::int64_t second_of(const std::string& name) {
  std::int64_t second = 0;
  if (name.starts_with(kEventFilePrefix)) {
    std::from_chars(name.data() + kEventFilePrefix.size(), name.data() + name.size(), second);
  }
  return second;
}

/// Returns the path of a new file. Readers process a folder's files in the order of their names, so
/// this one's must be last, even if the clock was set back or the previous process started within
/// the same second.
fs::path next_file(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw Error(fmt::format("cannot create the folder {}: {}", folder.string(), failed.message()));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    second = std::max(second, second_of(entry.path().filename().string()) + 1);
  }
  if (failed) {
    throw Error(fmt::format("cannot read the folder {}: {}", folder.string(), failed.message()));
  }
  return folder / fmt::format("{}{}{}", kEventFilePrefix, second, kEventFileSuffix);
}

}  // namespace

EventFile::EventFile(const fs::path& folder, std::int64_t next_step,
                     std::chrono::seconds flush_interval)
    : path_(next_file(folder)),
      out_(path_),
      flush_interval_(flush_interval),
      last_flush_(Clock::now()) {
  out_.write(event_record(event(0, message(kEventFileVersion, "brain.Event:2"))));
  out_.write(event_record(
      event(next_step, message(kEventSessionLog, field(kSessionStatus, varint(kSessionStart))))));
  flush();
}

EventFile::~EventFile() {
  try {
    flush();
  } catch (const Error&) {  // do not end the process because a curve is missing
  }
}

void EventFile::write(std::int64_t step, const std::vector<Scalar>& scalars) {
  std::string summary;
  for (const Scalar& scalar : scalars) summary += summary_value(scalar);
  out_.write(event_record(event(step, message(kEventSummary, summary))));
  if (Clock::now() - last_flush_ >= flush_interval_) flush();
}

void EventFile::make_durable() {
  flush();
  fsync_path(path_);
}

void EventFile::flush() {
  out_.flush();
  last_flush_ = Clock::now();
}

}  // namespace amt
