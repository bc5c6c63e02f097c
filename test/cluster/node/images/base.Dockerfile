# What debootstrap made, as an image.
FROM scratch
ADD base.tar /
