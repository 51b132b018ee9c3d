#include "amt/process/log.hpp"

#include <cstdio>
#include <mutex>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

struct Identity {
  int rank = 0;
  int ranks = 1;
  std::string host;
};

std::mutex identity_mutex;
Identity the_identity;

Identity identity() {
  const std::scoped_lock lock(identity_mutex);
  return the_identity;
}

constexpr std::size_t kLongest = 4096;  // bytes: what a damaged file says may be of any length

/// The message as one line: names from files may hold any bytes.
std::string one_line(const std::string& message) {
  std::string line = message.substr(0, kLongest);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return message.size() > kLongest ? line + " ..." : line;
}

/// One write per line, so that the lines of several ranks do not mix.
void print_line(const std::string& line) { std::fputs((line + "\n").c_str(), stderr); }

std::string name() { return str_cat("[", log_identity(), "] "); }

std::string prefix() { return identity().rank == 0 ? "" : name(); }

}  // namespace

void set_log_identity(int rank, int ranks, const std::string& host) {
  const std::scoped_lock lock(identity_mutex);
  the_identity = {rank, ranks, host};
}

std::string log_identity() {
  const Identity it = identity();
  return str_cat("rank ", it.rank, " of ", it.ranks, it.host.empty() ? "" : " on ", it.host);
}

void log_info(const std::string& message) {
  if (identity().rank == 0) print_line(message);
}

void log_warning(const std::string& message) {
  print_line(str_cat("amt: warning: ", prefix(), one_line(message)));
}

void log_named_warning(const std::string& message) {
  print_line(str_cat("amt: warning: ", name(), one_line(message)));
}

void log_error(const std::string& message) {
  print_line(str_cat("amt: error: ", prefix(), one_line(message)));
}

void log_named_error(const std::string& message) {
  print_line(str_cat("amt: error: ", name(), one_line(message)));
}

void log_agreed_error(const std::string& message) {
  if (identity().rank == 0) log_error(message);
}

}  // namespace amt
