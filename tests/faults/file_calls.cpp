// A library to preload into amt. It watches operations on files below one folder and can make some
// of them fail, so amt itself needs no code for such tests.
//
//   AMT_FILES=FOLDER         the folder to watch: absolute, without links
//   AMT_FILES_LOG=FILE       receives a line for each file that is renamed before it is synced, and
//                            for each folder not synced after a rename; "renames N" at the end
//   AMT_FILES_FAULT=CALL:PART:COUNT:KIND
//     CALL   rename, exchange, remove (a file or a folder), change (any of these), fsync, close or
//            flock
//     PART   a part of the path with $ appended (of the old path for a rename); empty: any path
//     COUNT  number of the first matching call that fails, from 1; 0: all of them fail
//     KIND   an errno, or "kill": the process is killed instead of making the call
//   AMT_FILES_NO_EXCHANGE=1  imitates a file system that supports no flags of renameat2
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

struct Fault {
  std::string call, part, kind;
  int count = 0;
  int calls = 0;

  Fault() {
    const std::string text = variable("AMT_FILES_FAULT");
    if (text.empty()) return;
    const std::size_t a = text.find(':'), b = text.find(':', a + 1), c = text.find(':', b + 1);
    call = text.substr(0, a);
    part = text.substr(a + 1, b - a - 1);
    count = std::atoi(text.substr(b + 1, c - b - 1).c_str());
    kind = text.substr(c + 1);
  }
};

/// The options, and all changes that are not synced yet.
struct State {
  std::recursive_mutex mutex;
  std::string root = variable("AMT_FILES");
  Fault fault;
  std::set<std::string> files;    // files with unsynced bytes
  std::set<std::string> created;  // unsynced folders in which files were created
  std::set<std::string> renamed;  // unsynced folders in which entries were renamed
  int renames = 0;

  ~State() {
    for (const std::string& folder : renamed) say("not synced after a rename: " + folder);
    say("renames " + std::to_string(renames));
  }
  void say(const std::string& line) const {
    static auto* const write_ = real<ssize_t(int, const void*, std::size_t)>("write");
    static auto* const close_ = real<int(int)>("close");
    static auto* const open_ = real<int(const char*, int, ...)>("open");
    const std::string log = variable("AMT_FILES_LOG");
    if (log.empty()) return;
    const int fd = open_(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (write_(fd, (line + "\n").c_str(), line.size() + 1) < 0) std::abort();
    close_(fd);
  }
  bool looks_at(const std::string& path) const {
    return !root.empty() && path.starts_with(root + "/");
  }
};

State& state() {
  static State state;
  return state;
}

std::string absolute(const char* path) {
  std::error_code failed;
  return (fs::weakly_canonical(fs::absolute(path).parent_path(), failed) /
          fs::path(path).filename())
      .string();
}

std::string path_of(int fd) {
  std::error_code failed;
  return fs::read_symlink("/proc/self/fd/" + std::to_string(fd), failed).string();
}

/// Returns whether this call must fail and, if so, sets errno; may kill the process instead.
bool fails(const std::string& call, const std::string& path) {
  State& s = state();
  const bool change = call == "rename" || call == "exchange" || call == "remove";
  if (s.fault.call != call && !(s.fault.call == "change" && change)) return false;
  if (!s.looks_at(path) || (path + "$").find(s.fault.part) == std::string::npos) return false;
  if (++s.fault.calls != s.fault.count && s.fault.count != 0) return false;
  if (s.fault.kind == "kill") raise(SIGKILL);
  errno = std::atoi(s.fault.kind.c_str());
  return true;
}

void written(int fd) {
  const int kept = errno;
  const std::lock_guard lock(state().mutex);
  if (const std::string path = path_of(fd); state().looks_at(path)) state().files.insert(path);
  errno = kept;
}

bool is_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// Reports what is not synced below `from`, which is about to be renamed to `to`.
void check_synced(const std::string& from, const std::string& to) {
  State& s = state();
  for (const std::string& file : s.files) {
    if (is_in(file, from) && fs::exists(file)) s.say("not synced before " + to + ": " + file);
  }
  for (const auto* folders : {&s.created, &s.renamed}) {
    for (const std::string& folder : *folders) {
      if (is_in(folder, from)) s.say("not synced before " + to + ": " + folder);
    }
  }
}

void renamed(const std::string& to) {
  ++state().renames;
  state().renamed.insert(fs::path(to).parent_path().string());
}

template <class Call>
int rename_with(const char* name, const char* from, const char* to, Call call) {
  const std::lock_guard lock(state().mutex);
  const std::string old_path = absolute(from), new_path = absolute(to);
  if (fails(name, old_path)) return -1;
  const bool looked_at = state().looks_at(new_path);
  // Moves within a folder that is removed anyway need no sync; moves to the final name do.
  if (looked_at) check_synced(old_path, new_path);
  const int result = call();
  if (result == 0 && looked_at) renamed(new_path);
  return result;
}

int open_with(const char* name, const char* path, int flags, mode_t mode) {
  const int fd = real<int(const char*, int, ...)>(name)(path, flags, mode);
  if (fd >= 0 && (flags & O_CREAT) != 0) {
    const int kept = errno;
    const std::lock_guard lock(state().mutex);
    const std::string made = absolute(path);
    if (state().looks_at(made)) state().created.insert(fs::path(made).parent_path().string());
    errno = kept;
  }
  return fd;
}

void synced(int fd) {
  const std::string path = path_of(fd);
  for (auto* set : {&state().files, &state().created, &state().renamed}) set->erase(path);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_with("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_with("open64", path, flags, mode);
}

ssize_t write(int fd, const void* bytes, std::size_t count) {
  static auto* const real_write = real<ssize_t(int, const void*, std::size_t)>("write");
  const ssize_t n = real_write(fd, bytes, count);
  if (n > 0) written(fd);
  return n;
}

ssize_t writev(int fd, const iovec* pieces, int count) {
  static auto* const real_writev = real<ssize_t(int, const iovec*, int)>("writev");
  const ssize_t n = real_writev(fd, pieces, count);
  if (n > 0) written(fd);
  return n;
}

ssize_t pwrite(int fd, const void* bytes, std::size_t count, off_t at) {
  static auto* const real_write = real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  const ssize_t n = real_write(fd, bytes, count, at);
  if (n > 0) written(fd);
  return n;
}

ssize_t pwrite64(int fd, const void* bytes, std::size_t count, off64_t at) {
  return pwrite(fd, bytes, count, at);
}

int fsync(int fd) {
  const std::lock_guard lock(state().mutex);
  if (fails("fsync", path_of(fd))) return -1;
  const int result = real<int(int)>("fsync")(fd);
  if (result == 0) synced(fd);
  return result;
}

int syncfs(int fd) noexcept {
  const std::lock_guard lock(state().mutex);
  const int result = real<int(int)>("syncfs")(fd);
  // All watched files are on one file system, so everything is synced now.
  for (auto* set : {&state().files, &state().created, &state().renamed}) set->clear();
  return result;
}

int flock(int fd, int operation) noexcept {
  if (fails("flock", path_of(fd))) return -1;
  return real<int(int, int)>("flock")(fd, operation);
}

int close(int fd) {
  static auto* const real_close = real<int(int)>("close");
  const bool fault = state().fault.call == "close" && fails("close", path_of(fd));
  const int reason = errno;
  const int result = real_close(fd);
  if (!fault) return result;
  errno = reason;
  return -1;
}

int rename(const char* from, const char* to) noexcept {
  return rename_with("rename", from, to,
                     [&] { return real<int(const char*, const char*)>("rename")(from, to); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  if (!variable("AMT_FILES_NO_EXCHANGE").empty() && flags != 0) {
    errno = EINVAL;
    return -1;
  }
  return rename_with("exchange", from, to, [&] {
    return real<int(int, const char*, int, const char*, unsigned)>("renameat2")(
        from_folder, from, to_folder, to, flags);
  });
}

int remove(const char* path) noexcept {
  if (fails("remove", absolute(path))) return -1;
  return real<int(const char*)>("remove")(path);
}

int unlink(const char* path) noexcept {
  if (fails("remove", absolute(path))) return -1;
  return real<int(const char*)>("unlink")(path);
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  if (fails("remove", path_of(folder) + "/" + path)) return -1;
  return real<int(int, const char*, int)>("unlinkat")(folder, path, flags);
}

}  // extern "C"
