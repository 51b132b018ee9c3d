#include "damaged_hdf5.hpp"

#include <hdf5.h>

#include <stdexcept>

namespace amt::test {
namespace {

hid_t good(hid_t id) {
  if (id < 0) throw std::runtime_error("cannot create the damaged file");
  return id;
}

hid_t type_of(Hdf5Values values) {
  if (values == Hdf5Values::kFloat) return H5T_IEEE_F32LE;
  return values == Hdf5Values::kUint16 ? H5T_STD_U16LE : H5T_STD_U64LE;
}

Hdf5Values other(Hdf5Values values) {
  return values == Hdf5Values::kFloat ? Hdf5Values::kUint16 : Hdf5Values::kFloat;
}

/// Returns a creation property list with the dataset's layout and storage.
hid_t storage(const std::string& name, Hdf5Damage damage, const std::vector<hsize_t>& shape,
              hid_t space, const std::string& elsewhere) {
  const hid_t list = good(H5Pcreate(H5P_DATASET_CREATE));
  if (damage == Hdf5Damage::kChunked) {
    H5Pset_chunk(list, static_cast<int>(shape.size()), shape.data());
  }
  if (damage == Hdf5Damage::kExternalStorage) {
    H5Pset_external(list, elsewhere.c_str(), 0, H5F_UNLIMITED);
  }
  if (damage == Hdf5Damage::kVirtual) {
    good(H5Pset_virtual(list, space, elsewhere.c_str(), name.c_str(), space));
  }
  return list;
}

void make_dataset(hid_t file, const std::string& name, Hdf5Values values,
                  std::vector<hsize_t> shape, Hdf5Damage damage, const std::string& elsewhere) {
  if (damage == Hdf5Damage::kOtherShape) shape.back() -= 1;
  if (damage == Hdf5Damage::kHuge) shape.front() = hsize_t{1} << 60 >> (shape.size() > 1 ? 10 : 0);
  const hid_t type = damage == Hdf5Damage::kOtherType ? type_of(other(values)) : type_of(values);
  const hid_t space = good(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  const hid_t list = storage(name, damage, shape, space, elsewhere);
  const hid_t dataset =
      good(H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, list, H5P_DEFAULT));
  H5Dclose(dataset);
  H5Pclose(list);
  H5Sclose(space);
}

}  // namespace

void damage_hdf5(const std::filesystem::path& path, const std::string& name, Hdf5Values values,
                 std::vector<std::uint64_t> shape, Hdf5Damage damage,
                 const std::filesystem::path& elsewhere) {
  const hid_t file = good(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
  const std::string kept = name + "-as-it-was";
  good(H5Lmove(file, name.c_str(), file, kept.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  if (damage == Hdf5Damage::kExternalLink) {
    good(H5Lcreate_external(elsewhere.c_str(), name.c_str(), file, name.c_str(), H5P_DEFAULT,
                            H5P_DEFAULT));
  } else if (damage == Hdf5Damage::kSoftLink) {
    good(H5Lcreate_soft(kept.c_str(), file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  } else {
    make_dataset(file, name, values, {shape.begin(), shape.end()}, damage, elsewhere.string());
  }
  good(H5Fclose(file));
}

void add_texts(const std::filesystem::path& path, const std::string& name, std::uint64_t count) {
  const hid_t file = good(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
  const hid_t type = good(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, 8);
  const hsize_t extent = count;
  const hid_t space = good(H5Screate_simple(1, &extent, nullptr));
  const hid_t attribute =
      good(H5Acreate2(file, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  const std::string texts(8 * count, 'x');
  good(H5Awrite(attribute, type, texts.data()));
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  good(H5Fclose(file));
}

}  // namespace amt::test
