#include "gather.hpp"

namespace amt {

std::string pack_strings(const std::vector<std::string>& strings) {
  std::string bytes;
  for (const std::string& text : strings) {
    const std::uint64_t size = text.size();
    bytes.append(reinterpret_cast<const char*>(&size), sizeof(size));
    bytes += text;
  }
  return bytes;
}

std::vector<std::string> unpack_strings(const std::string& bytes) {
  std::vector<std::string> strings;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data() + at, sizeof(size));
    strings.push_back(bytes.substr(at + sizeof(size), size));
    at += sizeof(size) + size;
  }
  return strings;
}

std::string pack_rejections(const std::vector<Rejection>& rejections) {
  std::vector<std::string> strings;
  for (const Rejection& rejection : rejections) {
    strings.push_back(rejection.path);
    strings.push_back(rejection.reason);
  }
  return pack_strings(strings);
}

std::vector<Rejection> unpack_rejections(const std::string& bytes) {
  std::vector<Rejection> rejections;
  const std::vector<std::string> fields = unpack_strings(bytes);
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    rejections.push_back({fields[i], fields[i + 1]});
  }
  return rejections;
}

std::vector<Rejection> gather_rejections(const mpi::Communicator& communicator,
                                         const std::vector<Rejection>& mine) {
  std::vector<Rejection> all;
  for (const std::string& part : communicator.gather(pack_rejections(mine), 0)) {
    const std::vector<Rejection> some = unpack_rejections(part);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace amt
