#include "amt/process/log.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "amt/base/timestamp.hpp"

namespace amt {
namespace {

LogIdentity own;
LogIdentity* identity = &own;

int rank() {
  const std::scoped_lock lock(identity->mutex);
  return identity->rank;
}

constexpr std::size_t kLongest = 4096;  // bytes; a name in a damaged file may be very long

/// Turns the message into a single line, because file names may contain any bytes.
std::string one_line(const std::string& message) {
  std::string line = message.substr(0, kLongest);
  for (char& c : line) {
    const unsigned char byte = c;
    if (byte < ' ' || byte == 0x7F) c = '?';
  }
  return message.size() > kLongest ? line + " ..." : line;
}

/// Returns "2026-11-25 20:37:37 UTC " if kTimesVariable is "1", otherwise "".
std::string time_prefix() {
  static const bool wanted = [] {
    const char* value = std::getenv(kTimesVariable);
    return value != nullptr && std::string(value) == "1";
  }();
  return wanted ? local_time_text(std::chrono::system_clock::now()) + " " : "";
}

/// Writes each line in a single call, so that lines of different ranks do not mix.
void print_line(const std::string& line) {
  std::fputs((time_prefix() + line + "\n").c_str(), stderr);
}

std::string name() { return fmt::format("[{}] ", log_identity()); }

std::string prefix() { return rank() == 0 ? "" : name(); }

}  // namespace

LogIdentity& log_identity_state() { return *identity; }

void share_log_identity(LogIdentity& of_program) { identity = &of_program; }

void set_log_identity(int rank, int ranks, const std::string& host) {
  const std::scoped_lock lock(identity->mutex);
  identity->rank = rank;
  identity->ranks = ranks;
  identity->host = host;
}

std::string log_identity() {
  const std::scoped_lock lock(identity->mutex);
  return fmt::format("rank {} of {}{}{}", identity->rank, identity->ranks,
                     identity->host.empty() ? "" : " on ", identity->host);
}

void log_info(const std::string& message) {
  if (rank() == 0) print_line(message);
}

void log_warning(const std::string& message) {
  print_line(fmt::format("amt: warning: {}{}", prefix(), one_line(message)));
}

void log_named_warning(const std::string& message) {
  print_line(fmt::format("amt: warning: {}{}", name(), one_line(message)));
}

void log_error(const std::string& message) {
  print_line(fmt::format("amt: error: {}{}", prefix(), one_line(message)));
}

void log_named_error(const std::string& message) {
  print_line(fmt::format("amt: error: {}{}", name(), one_line(message)));
}

void log_agreed_error(const std::string& message) {
  if (rank() == 0) log_error(message);
}

}  // namespace amt
